// @ts-check
// A line to the database that breaks when it is told to: the next write arrives, the reply to it does not, and for a
// moment nothing can be read either.

/** @import { Change, Query, Store } from "vaultlet" */

/** @param {Required<Pick<Store, "read" | "write">>} store */
export function losingReplies(store) {
  /** @type {"up" | "about to break" | "down"} */
  let line = "up";
  return {
    /** @param {Query} query */
    async read(query) {
      if (line !== "down") return store.read(query);
      throw new Error("the connection was closed");
    },
    /** @param {Change[]} changes */
    async write(changes) {
      const written = await store.write(changes);
      if (line === "up") return written;
      line = "down";
      throw new Error("the connection was closed before the reply");
    },
    breakLine: () => void (line = "about to break"),
    mendLine: () => void (line = "up"),
  };
}
