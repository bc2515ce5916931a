// @ts-check
// The store on Redis, alone or as a cluster. Every read and every write is one script. Types: `redis.d.ts`.

import { providedBy } from "../built-ins.js";
import { badConfiguration } from "../error.js";
import { asksForClaims } from "./queries.js";
import { FENCE, PRUNE, READ_BY_CLAIMS, READ_BY_TERMS, SERVER, WRITE } from "./redis-scripts.js";
import { bytesFromBase64, labelsOf, numberFromText } from "./row-columns.js";
import { hasMethods, isName, optionsOf } from "./store-options.js";

/** @import { Change, Query, Row } from "../index.js" */
/** @import { RedisClient } from "./redis.js" */

/**
 * A client, whichever it is: it runs a script over the store's keys, and waits for replicas after a write.
 * @typedef {object} Server
 * @property {(script: string, parameters: string[]) => Promise<any>} run
 * @property {(script: string, parameters: string[], replicas: number, millis: number) => Promise<[answer: any, replicas: number]>} runAndWait
 */

/** For how long a write is known again, in milliseconds: a client that repeats one by itself does so sooner. */
const REMEMBERED = 300_000;

/** Rows that one script looks at, or deletes: while it runs, the server does nothing else. */
const PATIENCE = 10_000;

/** Changes in one argument of a script. */
const TOGETHER = 500;

/** @type {typeof import("./redis.js").redisStore} */
export function redisStore(client, options = {}) {
  const { prefix = "vaultlet", waitReplicas = 0, waitMs = 1_000 } = optionsOf(options, "prefix", "waitReplicas", "waitMs");
  if (!isName(prefix)) throw badConfiguration("options.prefix", "must be a text that is not empty");
  const replicas = readWhole(waitReplicas, 0, "options.waitReplicas");
  const millis = readWhole(waitMs, 1, "options.waitMs");
  // A cluster keeps the keys together whose hash tags are alike: what stands between the first opening brace and the next
  // closing one, if that is anything.
  const tagged = /^[^{]*\{[^}]+\}/.test(prefix) ? prefix : `{${prefix}}`;
  return new RedisStore(serverOf(client, tagged), replicas, millis);
}

class RedisStore {
  #server;
  #replicas;
  #millis;
  /** Writes that may have landed on too few replicas: what is read of them may be lost with the server. */
  #unconfirmed = 0;
  /** How many of those, from the first on, the replicas have had since. */
  #confirmed = 0;

  /** @param {Server} server @param {number} replicas @param {number} millis */
  constructor(server, replicas, millis) {
    this.#server = server;
    this.#replicas = replicas;
    this.#millis = millis;
  }

  async migrate() {
    const told = String(await this.#server.run(SERVER, []));
    if (/^role:slave/m.test(told)) throw badConfiguration("client", "must be of a primary: a replica lags behind it");
    if (/^maxmemory:[1-9]/m.test(told) && !/^maxmemory_policy:noeviction/m.test(told)) {
      throw badConfiguration("client", "must be of a server with `maxmemory-policy noeviction`: another drops rows when memory is full");
    }
  }

  /** @param {Query} query @returns {Promise<Row[]>} */
  async read(query) {
    if (this.#confirmed < this.#unconfirmed) await this.#confirm();
    if (asksForClaims(query)) return (await this.#server.run(READ_BY_CLAIMS, [query.claims.join()])).map(toRow);
    const { terms, state, now, limit } = query;
    /** @type {Row[]} */
    const rows = [];
    for (let after = query.after ?? ""; ; ) {
      const parameters = [PATIENCE, state, now, after, limit - rows.length, ...terms].map(String);
      const [found, next] = await this.#server.run(READ_BY_TERMS, parameters);
      for (const row of found) rows.push(toRow(row));
      if (next === "") return rows;
      after = next;
    }
  }

  /** @param {Change[]} changes @returns {Promise<boolean>} */
  async write(changes) {
    const parameters = [crypto.randomUUID(), String(REMEMBERED)];
    for (let start = 0; start < changes.length; start += TOGETHER) {
      parameters.push(JSON.stringify(changes.slice(start, start + TOGETHER).map(fromChange)));
    }
    if (this.#replicas === 0) return (await this.#server.run(WRITE, parameters)) === 1;
    try {
      return (await this.#runReplicated(WRITE, parameters)) === 1;
    } catch (error) {
      this.#unconfirmed += 1;
      throw error;
    }
  }

  /** Before a vault reads back what has become of its write: it must not find, and answer, what may still be lost. */
  async #confirm() {
    const unconfirmed = this.#unconfirmed;
    // Alone first: for a script alone, a client of a cluster finds out who the primary is now; `ioredis` does not for the
    // pipeline that waits.
    await this.#server.run(FENCE, []);
    await this.#runReplicated(FENCE, []);
    this.#confirmed = Math.max(this.#confirmed, unconfirmed);
  }

  /** Throws if it has landed, and too few replicas have it in time. @type {(script: string, parameters: string[]) => Promise<number>} */
  async #runReplicated(script, parameters) {
    const [answer, replicas] = await this.#server.runAndWait(script, parameters, this.#replicas, this.#millis);
    if (answer !== 1 || replicas >= this.#replicas) return answer;
    throw new Error(`${replicas} of ${this.#replicas} replicas have the write after ${this.#millis} ms`);
  }

  /** @param {number} now @returns {Promise<number>} */
  async prune(now) {
    for (let pruned = 0; ; ) {
      const more = await this.#server.run(PRUNE, [String(now), String(PATIENCE)]);
      pruned += more;
      if (more < PATIENCE) return pruned;
    }
  }
}

/** @type {(value: unknown, least: number, place: string) => number} */
function readWhole(value, least, place) {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw badConfiguration(place, `must be a whole number from ${least}`);
}

/** @type {(client: RedisClient, key: string) => Server} */
function serverOf(client, key) {
  if (hasMethods(client, "eval", "pipeline")) return ioredisServer(client, key);
  if (hasMethods(client, "eval", "sendCommand")) return redisServer(client, key);
  throw badConfiguration("client", "must be a `Redis` or `Cluster` of `ioredis`, or a client or cluster of `redis`");
}

/** @type {(client: any, key: string) => Server} */
const ioredisServer = (client, key) => ({
  run: (script, parameters) => client.eval(script, 1, key, ...parameters),
  async runAndWait(script, parameters, replicas, millis) {
    // In one pipeline: the replicas that are waited for are those of the connection that wrote.
    const [[failure, answer], [failedWait, reached]] = await client
      .pipeline()
      .eval(script, 1, key, ...parameters)
      .call("WAIT", replicas, millis)
      .exec();
    if (failure ?? failedWait) throw failure ?? failedWait;
    return [answer, reached];
  },
});

/** @type {(client: any, key: string) => Server} */
function redisServer(client, key) {
  // A cluster's command goes to the node of a key, over the connection that the script went over.
  const isCluster = providedBy(client, "slots") !== undefined;
  const run = (/** @type {string} */ script, /** @type {string[]} */ parameters) =>
    client.eval(script, { keys: [key], arguments: parameters });
  return {
    run,
    async runAndWait(script, parameters, replicas, millis) {
      const wait = ["WAIT", String(replicas), String(millis)];
      const answer = await run(script, parameters);
      if (answer !== 1) return [answer, 0];
      return [answer, Number(await (isCluster ? client.sendCommand(key, false, wait) : client.sendCommand(wait)))];
    },
  };
}

/** Nothing is the empty text. @param {number | null} value */
const text = (value) => (value === null ? "" : String(value));

/** @param {Change} change @returns {string[]} */
function fromChange({ key, expect, row }) {
  if (row === null) return [key, text(expect), "", "", "", "", "", ""];
  const { version, terms, claims, expiresAt, pruneAt, sealed } = row;
  return [key, text(expect), text(version), terms.join(), claims.join(), text(expiresAt), text(pruneAt), toBase64(sealed)];
}

/** Where there is nothing, the column or all of the row is gone. @param {(string | null)[]} columns @returns {any} */
function toRow([key, version, terms, claims, expiresAt, pruneAt, sealed]) {
  return {
    key,
    version: numberFromText(version),
    terms: labelsOf(terms),
    claims: labelsOf(claims),
    expiresAt: expiresAt === "" ? null : numberFromText(expiresAt ?? undefined),
    pruneAt: pruneAt === "" ? null : numberFromText(pruneAt ?? undefined),
    sealed: bytesFromBase64(sealed),
  };
}

/** As text, which every client carries alike. @param {Uint8Array} bytes */
function toBase64(bytes) {
  let units = "";
  for (const byte of bytes) units += String.fromCharCode(byte);
  return btoa(units);
}
