import type { Change, Query, Row, Store } from "../index.js";

/**
 * A client of PostgreSQL 14 or later: a `Pool` of `pg`, a `sql` of `postgres` (postgres.js), or a `PGlite`. It stays
 * yours: the store never ends it.
 */
export type PostgresClient =
  | { query(text: string, values?: any[]): Promise<{ rows: any[] }> }
  | (((...parameters: any[]) => any) & { unsafe(text: string, values?: any[], options?: any): PromiseLike<any> });

export interface PostgresOptions {
  /** The table's name, or `schema.name`; two more tables and two functions have names that begin so. Default: `vaultlet`. */
  table?: string | undefined;
}

/** A store in PostgreSQL: `docs/stores/postgres.md`. */
export interface PostgresStore extends Store {
  read(query: Query): Promise<Row[]>;
  write(changes: Change[]): Promise<boolean>;

  /**
   * Makes the tables and functions, where they are not there yet; the schema must be. Call it at every start: several
   * processes may do so at once.
   *
   * Throws `VL1000` where the server is a replica or does not keep what it acknowledges (`fsync`, `synchronous_commit`
   * or `full_page_writes` is off).
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
 * A store on PostgreSQL. Each read and each write is one round trip.
 *
 * Throws `VL1000` where the client is none of those, or an option is wrong.
 */
export function postgresStore(client: PostgresClient, options?: PostgresOptions): PostgresStore;
