import type { Change, Query, Row, Store } from "../index.js";

/** What the store uses of a D1 database, such as `env.DB`. */
export interface D1Database {
  prepare(text: string): D1Statement;
  batch(statements: any[]): Promise<{ results: any[] }[]>;
}

export interface D1Statement {
  bind(...parameters: any[]): D1Statement;
  all(): Promise<{ results: any[] }>;
}

export interface D1Options {
  /** The table's name; three more tables have names that begin so. Default: `vaultlet`. */
  table?: string | undefined;
}

/** A store on D1: `docs/stores/d1.md`. */
export interface D1Store extends Store {
  read(query: Query): Promise<Row[]>;
  write(changes: Change[]): Promise<boolean>;

  /** Makes the tables, where they are not there yet. */
  migrate(): Promise<void>;

  /**
   * Deletes the rows whose `pruneAt` lies before `now`, and answers how many.
   *
   * @param now milliseconds since 1970, by the vault's clock
   */
  prune(now: number): Promise<number>;
}

/**
 * A store on Cloudflare D1. Each read is one statement, each write one batch: one round trip.
 *
 * Throws `VL1000` where the database is no such, or an option is wrong.
 */
export function d1Store(database: D1Database, options?: D1Options): D1Store;
