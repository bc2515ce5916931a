// @ts-check
// The store on PostgreSQL. Every read and every write is one statement: one round trip. Types: `postgres.d.ts`.

import { providedBy } from "../built-ins.js";
import { badConfiguration } from "../error.js";
import { hexOf } from "./hex.js";
import {
  OTHERS,
  SERVER,
  callPrune,
  callWrite,
  isMigrated,
  migration,
  namesOf,
  readByClaims,
  readByTerms,
} from "./postgres-schema.js";
import { askedTerms, asksForClaims, asksForTooMany } from "./queries.js";
import { bytesOf, labelsOf } from "./row-columns.js";
import { hasMethods, markOf, optionsOf } from "./store-options.js";

/** @import { Change, Query, Row } from "../index.js" */
/** @import { PostgresClient } from "./postgres.js" */

/** Asks a statement of whichever client. @typedef {(text: string, values: unknown[]) => Promise<any[]>} Ask */

/** SQLSTATE: another transaction was first. Nothing of this one has happened. */
const CONFLICTS = ["40001", "40P01"];

/** SQLSTATE: this user may not do that. */
const FORBIDDEN = "42501";

/** How often a read, or a prune, is repeated that another transaction stood in the way of. */
const ATTEMPTS = 10;

/** @type {typeof import("./postgres.js").postgresStore} */
export function postgresStore(client, options = {}) {
  const { table = "vaultlet" } = optionsOf(options, "table");
  const names = typeof table === "string" ? namesOf(table) : undefined;
  if (names === undefined) {
    throw badConfiguration("options.table", "must be a name of at most 40 characters or 56 bytes, none of them NUL, or `schema.name`");
  }
  return new PostgresStore(askerOf(client), /** @type {string} */ (table), names, isPglite(client));
}

class PostgresStore {
  #ask;
  #table;
  #names;
  #embedded;

  /** @param {Ask} ask @param {string} table @param {import("./postgres-schema.js").Names} names @param {boolean} embedded */
  constructor(ask, table, names, embedded) {
    this.#ask = ask;
    this.#table = table;
    this.#names = names;
    this.#embedded = embedded;
  }

  async migrate() {
    const [server] = await this.#ask(SERVER, []);
    if (server.replica) throw badConfiguration("client", "must be a primary: a replica lags behind it");
    for (const setting of ["fsync", "synchronous_commit", "full_page_writes"]) {
      // PGlite has no disk of its own to wait for.
      if (this.#embedded || server[setting] !== "off") continue;
      throw badConfiguration("client", `must not be of a server with \`${setting} = off\`: it loses what it acknowledged`);
    }
    const names = namesOf(this.#table, server.schema) ?? this.#names;
    try {
      await this.#repeat(migration(names, this.#names), []);
    } catch (error) {
      // Who may not make it may find it made.
      if (markOf(error, "code") === FORBIDDEN && (await this.#isMigrated(names))) return;
      if (markOf(error, "code") !== OTHERS) throw error;
      throw badConfiguration("options.table", "must be another name, or one with its schema: something else has it, or that of a table that belongs to it");
    }
  }

  /** @param {import("./postgres-schema.js").Names} names */
  async #isMigrated(names) {
    const [{ migrated }] = await this.#ask(...isMigrated(names, this.#names));
    return migrated;
  }

  /** @param {Query} query @returns {Promise<Row[]>} */
  async read(query) {
    if (asksForClaims(query)) {
      if (query.claims.length === 0) return [];
      return (await this.#repeat(readByClaims(this.#names), [query.claims.join()])).map(toRow);
    }
    if (asksForTooMany(query)) return [];
    const { state, now, after, limit } = query;
    const asked = readByTerms(this.#names, state, { terms: askedTerms(query), now, after, limit });
    return (await this.#repeat(...asked)).map(toRow);
  }

  /** @param {Change[]} changes @returns {Promise<boolean>} */
  async write(changes) {
    const expected = changes.map(({ key, expect }) => ({ key, version: expect }));
    const written = changes.flatMap(({ row }) => (row === null ? [] : [fromRow(row)]));
    try {
      const [answer] = await this.#ask(callWrite(this.#names), [JSON.stringify(expected), JSON.stringify(written)]);
      return answer.landed;
    } catch (error) {
      // Whoever stood in the way was first; the transaction was rolled back.
      if (isConflict(error)) return false;
      throw error;
    }
  }

  /** @param {number} now @returns {Promise<number>} */
  async prune(now) {
    const [{ pruned }] = await this.#repeat(callPrune(this.#names), [now]);
    return pruned;
  }

  /** Nothing has happened where another transaction stood in the way: it may be asked again. @type {Ask} */
  async #repeat(text, values) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ask(text, values);
      } catch (error) {
        if (attempt === ATTEMPTS || !isConflict(error)) throw error;
      }
    }
  }
}

/** @param {unknown} error */
const isConflict = (error) => CONFLICTS.includes(/** @type {any} */ (markOf(error, "code")));

/** How a client is asked. @type {(client: any) => Ask} */
function askerOf(client) {
  if (typeof client === "function" && hasMethods(client, "unsafe")) {
    return async (text, values) => client.unsafe(text, values, { prepare: true });
  }
  if (typeof client === "object" && hasMethods(client, "query")) {
    return async (text, values) => (await client.query(text, values)).rows;
  }
  throw badConfiguration("client", "must be a `Pool` of `pg`, a `sql` of `postgres`, or a `PGlite`");
}

/** @param {PostgresClient} client */
const isPglite = (client) => providedBy(client, "waitReady") !== undefined;

/** As `json_populate_recordset` reads it. @param {Row} row */
function fromRow({ key, version, terms, claims, expiresAt, pruneAt, sealed }) {
  return { key, version, terms, claims, expires_at: expiresAt, prune_at: pruneAt, sealed: `\\x${hexOf(sealed)}` };
}

/** @param {any} columns @returns {Row} */
function toRow({ key, version, terms, claims, expires_at, prune_at, sealed }) {
  return {
    key,
    version,
    terms: labelsOf(terms),
    claims: labelsOf(claims),
    expiresAt: expires_at,
    pruneAt: prune_at,
    sealed: bytesOf(sealed),
  };
}
