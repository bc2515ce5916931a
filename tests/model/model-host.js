// @ts-check
// The host of the vault under test. It keeps a record of what each call made it do, and misbehaves as the call says.

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { collections, decide, moreCollections } from "./world.js";

/** @import { Change, Query, Vault } from "vaultlet" */
/** @import { Settings } from "./world.js" */

/**
 * How a call's host misbehaves.
 * @typedef {object} Faults
 * @property {("refuses" | "refuses after writing" | "throws" | "throws after writing")[]} [writes] the first write, the
 *   second, the third; others go through
 * @property {"first" | "after a write"} [read] which reads throw
 * @property {number} [policy] which question it throws at, counted from 0
 * @property {number} [audit] the event from which on it throws, counted from 0
 *
 * @typedef {object} Recorded what a call made the host do
 * @property {any[]} questions
 * @property {any[]} events
 * @property {{ landed: boolean, said: boolean | "threw" }[]} writes
 * @property {boolean} readFailed
 * @property {boolean} readBackFailed
 */

export class ModelHost {
  now = 1_700_000_000_000;
  store = memoryStore();
  /** How many turns of the queue each access to the store waits, in their order. @type {number[]} */
  schedule = [];
  /** The calls under way. @type {Map<number, { faults: Faults, recorded: Recorded }>} */
  #calls = new Map();
  #serial = 0;

  /**
   * Two vaults over the one store: one that can write, one that cannot.
   * @param {Settings} settings
   */
  static async open({ maxWrites, ...settings }) {
    const host = new ModelHost();
    const read = (/** @type {Query} */ query) => host.#read(query);
    const write = (/** @type {Change[]} */ changes) => host.#write(changes);
    const options = {
      keys: generateKeys(),
      collections: /** @type {any} */ (collections),
      settings,
      policy: (/** @type {any} */ request) => host.#decide(request),
      audit: (/** @type {any} */ event) => host.#audit(event),
      clock: () => host.now,
      reload: () => ({ collections: /** @type {any} */ (moreCollections) }),
    };
    const limit = maxWrites === Infinity ? {} : { maxWrites };
    const writing = await openVault({ ...options, store: { read, write, ...limit } });
    const reading = await openVault({ ...options, store: { read } });
    return { host, writing, reading };
  }

  /**
   * Makes one call.
   * @param {Vault} vault
   * @param {{ method: [group: "tokens" | "crypto", name: string], parameters: any, name: string, faults: Faults }} call
   */
  async call(vault, { method: [group, name], parameters, name: caller, faults }) {
    const serial = (this.#serial += 1);
    /** @type {Recorded} */
    const recorded = { questions: [], events: [], writes: [], readFailed: false, readBackFailed: false };
    this.#calls.set(serial, { faults, recorded });
    /** @type {any} */
    const client = vault.as({ name: caller, serial })[group];
    /** @type {{ answer: any } | { error: any }} */
    let outcome;
    try {
      outcome = { answer: await client[name](parameters) };
    } catch (error) {
      outcome = { error };
    }
    this.#calls.delete(serial);
    return { outcome, recorded };
  }

  /** @param {any} request @returns {any} */
  #decide(request) {
    const { faults, recorded } = this.#callOf(request.caller);
    recorded.questions.push(structuredClone(request));
    if (faults.policy === recorded.questions.length - 1) throw new Error("the policy's own words");
    return decide(request);
  }

  /** @param {any} event */
  #audit(event) {
    const { faults, recorded } = this.#callOf(event.caller);
    recorded.events.push(structuredClone(event));
    if (faults.audit !== undefined && faults.audit <= recorded.events.length - 1)
      throw new Error("the audit's own words");
  }

  /** @param {{ serial: number }} caller */
  #callOf({ serial }) {
    const call = this.#calls.get(serial);
    if (call === undefined) throw new Error("a callback for a call that is over");
    return call;
  }

  /** A store does not know who asks: only a call that is alone has faults. */
  #alone() {
    const [call] = this.#calls.values();
    return this.#calls.size === 1 ? call : undefined;
  }

  async #turns() {
    for (let turns = this.schedule.shift() ?? 0; turns > 0; turns -= 1) await undefined;
  }

  /** @param {Query} query */
  async #read(query) {
    await this.#turns();
    const call = this.#alone();
    const wrote = call !== undefined && call.recorded.writes.length > 0;
    if (call?.faults.read === "after a write" && wrote) call.recorded.readBackFailed = true;
    if (call?.faults.read === "first" && !wrote) call.recorded.readFailed = true;
    if (call?.recorded.readFailed || call?.recorded.readBackFailed) throw new Error("the store's own words");
    return this.store.read(query);
  }

  /** @param {Change[]} changes */
  async #write(changes) {
    await this.#turns();
    const call = this.#alone();
    const fault = call?.faults.writes?.[call.recorded.writes.length];
    const lands = fault === undefined || fault.endsWith("after writing");
    const landed = lands && (await this.store.write(changes));
    /** @type {boolean | "threw"} */
    const said = fault === undefined ? landed : fault.startsWith("throws") ? "threw" : false;
    call?.recorded.writes.push({ landed, said });
    if (said === "threw") throw new Error("the store's own words");
    return said;
  }

  /** The rows of the store, in the form that the reference tells them. */
  rows() {
    const lines = this.store
      .rows()
      .map(({ version, terms, claims, expiresAt, pruneAt }) =>
        terms.length === 1
          ? `transaction until ${pruneAt}`
          : `token v${version}, ${terms.length} terms, ${claims.length} claims, expires ${expiresAt}, prune ${pruneAt}`,
      );
    return lines.sort();
  }
}
