import type { Change, Query, Row, Store } from "../index.js";

/**
 * A database of `better-sqlite3`, of `node:sqlite` (`DatabaseSync`), of Bun (`bun:sqlite`), or of `libsql` (the
 * synchronous one), with SQLite 3.35 or later. It stays yours: the store never closes it.
 */
export interface SqliteDatabase {
  prepare(text: string): { all(...parameters: any[]): any[]; run(...parameters: any[]): unknown };
  exec(text: string): unknown;
}

export interface SqliteOptions {
  /** The table's name; two more tables have names that begin so. Default: `vaultlet`. */
  table?: string | undefined;
}

/** A store in an SQLite database: `docs/stores/sqlite.md`. */
export interface SqliteStore extends Store {
  read(query: Query): Row[] | Promise<Row[]>;
  write(changes: Change[]): boolean;

  /**
   * Makes the tables, where they are not there yet. Call it at every start: several processes may do so at once.
   *
   * Throws `VL1000` where the database's journal is off, or a file's is kept in memory.
   */
  migrate(): Promise<void>;

  /**
   * Deletes the rows whose `pruneAt` lies before `now`, and answers how many.
   *
   * @param now milliseconds since 1970, by the vault's clock
   */
  prune(now: number): Promise<number>;
}

/**
 * A store on SQLite. Each write is one transaction, and is on the disk when it is answered: where a connection has
 * `synchronous = NORMAL` or less, the store sets it to `FULL`.
 *
 * Throws `VL1000` where the database is none of those, or an option is wrong.
 */
export function sqliteStore(database: SqliteDatabase, options?: SqliteOptions): SqliteStore;
