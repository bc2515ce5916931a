import type { Change, Query, Row, Store } from "../index.js";

/**
 * A store in memory: the whole contract of {@link Store}, atomic and with claims, for tests, demos, and data that may
 * end with the process. It hands out copies and keeps copies.
 */
export interface MemoryStore extends Store {
  read(query: Query): Row[];
  /** Answers at once; only a batch with two changes for one key rejects. */
  write(changes: Change[]): boolean | Promise<boolean>;

  /**
   * Copies of all rows, in the order in which they first came. No part of the store contract: it shows what a store
   * gets to see.
   */
  rows(): Row[];

  /**
   * Deletes the rows whose `pruneAt` has passed, and answers how many. The store never does so by itself: it has no
   * clock, and the vault's need not be the machine's.
   *
   * @param now milliseconds since 1970, by the vault's clock
   */
  prune(now: number): number;
}

/**
 * An empty memory store.
 *
 * ```js
 * import { memoryStore } from "vaultlet/store/memory";
 *
 * const store = memoryStore();
 * const vault = await openVault({ keys, collections, store, policy });
 * ```
 */
export function memoryStore(): MemoryStore;
