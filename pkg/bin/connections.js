// @ts-check
// The connections of a server, and what is under way on each. Requests may be sent one after the other without waiting for
// the answers; those go out in the same order.

/** @import { ServerResponse } from "node:http" */
/** @import { Socket } from "node:net" */

export class Connections {
  /** The answers that are not over. @type {Map<Socket, Set<ServerResponse>>} */
  #open = new Map();
  /** Those on which something came that is not HTTP. @type {WeakSet<Socket>} */
  #broken = new WeakSet();

  /** @param {Socket} socket */
  add(socket) {
    const under = /** @type {Set<ServerResponse>} */ (new Set());
    this.#open.set(socket, under);
    socket.once("close", () => {
      this.#open.delete(socket);
      // Node says nothing of those whose turn never came.
      for (const outgoing of under) if (outgoing.socket === null) outgoing.emit("close");
    });
  }

  /** @param {ServerResponse} outgoing */
  begin(outgoing) {
    const under = this.#under(outgoing.req.socket);
    under.add(outgoing);
    outgoing.once("close", () => under.delete(outgoing));
  }

  /** Whether more than one is open, busy or not. */
  areSeveral() {
    return this.#open.size > 1;
  }

  /** Once nothing is under way any more. */
  async over() {
    await Promise.all(Array.from(this.#open.values(), (under) => allClosed([...under])));
  }

  /** From now on nothing is read from it. Answers whether that is new. @param {Socket} socket */
  breakOff(socket) {
    const isNew = !this.#broken.has(socket);
    this.#broken.add(socket);
    return isNew;
  }

  /**
   * Waits until every request that has come whole is answered; answers the one that has not, if there is one.
   * @param {Socket} socket
   */
  async answered(socket) {
    const under = [...this.#under(socket)];
    const isWhole = (/** @type {ServerResponse} */ outgoing) => outgoing.req.complete;
    await allClosed(under.filter(isWhole));
    return under.find((outgoing) => !isWhole(outgoing));
  }

  /** Whether no answer that is there waits for its client to take it. */
  areWritten() {
    for (const under of this.#open.values()) for (const { writableEnded } of under) if (writableEnded) return false;
    return true;
  }

  /** Whether something is under way on it that has no answer yet. @param {Socket} socket */
  isWaiting(socket) {
    return [...this.#under(socket)].some(({ writableEnded }) => !writableEnded);
  }

  /** Closes those on which nothing is under way, once what was written has left. */
  closeSilent() {
    for (const [socket, under] of this.#open) if (under.size === 0) socket.destroySoon();
  }

  /** @param {Socket} socket */
  #under(socket) {
    return this.#open.get(socket) ?? new Set();
  }
}

/** @param {ServerResponse[]} all */
const allClosed = (all) => Promise.all(all.map((outgoing) => new Promise((resolve) => outgoing.once("close", resolve))));
