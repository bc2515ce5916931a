import type { Change, Query, Row, Store } from "../index.js";

export interface IndexedDbOptions {
  /** The database's name, for the page's origin. Default: `vaultlet`. */
  name?: string | undefined;
}

/** A store in the browser: `docs/stores/indexeddb.md`. */
export interface IndexedDbStore extends Store {
  read(query: Query): Promise<Row[]>;
  write(changes: Change[]): Promise<boolean>;

  /** Opens the database, and makes it where it is not there yet. The first read or write would, too. */
  migrate(): Promise<void>;

  /**
   * Deletes the rows whose `pruneAt` lies before `now`, and answers how many.
   *
   * @param now milliseconds since 1970, by the vault's clock
   */
  prune(now: number): Promise<number>;
}

/**
 * A store in the browser's IndexedDB, which the pages and workers of one origin share. A write is answered when it is on
 * the disk (`durability: "strict"`). `indexedDB.deleteDatabase(name)` wipes it, whoever has it open.
 *
 * Throws `VL1000` where there is no IndexedDB, or an option is wrong.
 */
export function indexedDbStore(options?: IndexedDbOptions): IndexedDbStore;
