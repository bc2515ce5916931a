// @ts-check
// A store on a bad network: its first write arrives, the reply to it does not, and then the line is dead for a moment.

/** @import { Store } from "vaultlet" */

/**
 * @param {Store} store the store that the writes reach
 * @returns {Store}
 */
export function losingFirstReply(store) {
  let replies = 0;
  let dead = false;
  return {
    async read(query) {
      if (!dead) return store.read(query);
      dead = false;
      throw new Error("the connection was closed");
    },
    async write(changes) {
      const written = await store.write?.(changes);
      replies += 1;
      if (replies > 1) return written === true;
      dead = true;
      throw new Error("the connection was closed before the reply");
    },
  };
}
