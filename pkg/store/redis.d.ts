import type { Change, Query, Row, Store } from "../index.js";

/**
 * A client of Redis 7: a `Redis` or `Cluster` of `ioredis`, or a client or cluster of `redis` that is connected. It
 * stays yours: the store never ends it.
 */
export type RedisClient =
  | { eval(...parameters: any[]): Promise<unknown>; pipeline(...parameters: any[]): any }
  | { eval(...parameters: any[]): Promise<unknown>; sendCommand(...parameters: any[]): Promise<unknown> };

export interface RedisOptions {
  /**
   * What all keys of the store begin with. In a cluster they live on one node: the prefix becomes their hash tag,
   * unless it has braces of its own. Default: `vaultlet`.
   */
  prefix?: string | undefined;
  /** How many replicas must have a write before it is answered. Default: 0. */
  waitReplicas?: number | undefined;
  /** How long they are waited for, in milliseconds; then the write's outcome is unknown, and it throws. Default: 1,000. */
  waitMs?: number | undefined;
}

/** A store on Redis: `docs/stores/redis.md`. */
export interface RedisStore extends Store {
  read(query: Query): Promise<Row[]>;
  write(changes: Change[]): Promise<boolean>;

  /**
   * There is nothing to prepare; it looks at the server.
   *
   * Throws `VL1000` where it is a replica, or drops keys when its memory is full.
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
 * A store on Redis. Each read and each write is one script, which the server runs at one moment.
 *
 * Throws `VL1000` where the client is none of those, or an option is wrong.
 */
export function redisStore(client: RedisClient, options?: RedisOptions): RedisStore;
