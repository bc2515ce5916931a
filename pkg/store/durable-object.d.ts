import type { Change, Query, Row, Store } from "../index.js";

/** What the store uses of `ctx.storage`, in a Durable Object whose class is declared under `new_sqlite_classes`. */
export interface DurableObjectStorage {
  sql: { exec(text: string, ...parameters: any[]): { toArray(): any[] } };
  transactionSync<T>(work: () => T): T;
}

/** A store in a Durable Object: `docs/stores/durable-object.md`. */
export interface DurableObjectStore extends Store {
  read(query: Query): Row[];
  write(changes: Change[]): boolean;

  /** Makes the tables, where they are not there yet: in the object's constructor, under `blockConcurrencyWhile`. */
  migrate(): Promise<void>;

  /**
   * Deletes the rows whose `pruneAt` lies before `now`, and answers how many: from the object's alarm, for instance.
   *
   * @param now milliseconds since 1970, by the vault's clock
   */
  prune(now: number): Promise<number>;
}

/**
 * A store in a Durable Object's own SQLite. Every answer of the object waits until its writes are durable: that is the
 * platform's output gate.
 *
 * Throws `VL1000` where the storage is no such.
 */
export function durableObjectStore(storage: DurableObjectStorage): DurableObjectStore;
