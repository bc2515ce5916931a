// @ts-check
// The store on Cloudflare D1. Every read is one statement, every write one batch: one round trip. Types: `d1.d.ts`.

import { badConfiguration } from "../error.js";
import { conditionalWrite } from "./d1-schema.js";
import { asksForTooMany } from "./queries.js";
import { JSON_EACH, NAME, OTHERS, findOthers, migration, namesOf, readStatement, toRow } from "./sqlite-schema.js";
import { hasMethods, optionsOf } from "./store-options.js";

/** @import { Change, Query, Row } from "../index.js" */
/** @import { D1Database } from "./d1.js" */

/** Characters of JSON in one parameter: D1 takes 2 MB. */
const LONGEST = 1_900_000;

/** @type {typeof import("./d1.js").d1Store} */
export function d1Store(database, options = {}) {
  const { table = "vaultlet" } = optionsOf(options, "table");
  // Cloudflare's own tables have such names, and it lets nobody else make one.
  const names = /^_cf_/i.test(String(table)) ? undefined : namesOf(table);
  if (names === undefined) throw badConfiguration("options.table", `${NAME} or \`_cf_\``);
  if (!hasMethods(database, "prepare", "batch")) {
    throw badConfiguration("database", "must be a D1 database, such as `env.DB`");
  }
  return new D1Store(database, names);
}

class D1Store {
  /** Bytes cross as two digits each. */
  maxRowBytes = 900_000;
  #database;
  #names;

  /** @param {D1Database} database @param {import("./sqlite-schema.js").Names} names */
  constructor(database, names) {
    this.#database = database;
    this.#names = names;
  }

  async migrate() {
    const [text, parameters] = findOthers(this.#names, true);
    const { results } = await this.#database.prepare(text).bind(...parameters).all();
    if (results.length > 0) throw badConfiguration("options.table", OTHERS);
    const guard = `CREATE TABLE IF NOT EXISTS ${this.#names.guard} (id TEXT PRIMARY KEY) WITHOUT ROWID`;
    await this.#database.batch([...migration(this.#names), guard].map((text) => this.#database.prepare(text)));
  }

  /** @param {Query} query @returns {Promise<Row[]>} */
  async read(query) {
    if (asksForTooMany(query)) return [];
    const [text, parameters] = readStatement(this.#names, query);
    const { results } = await this.#database.prepare(text).bind(...parameters).all();
    return results.map(toRow);
  }

  /** @param {Change[]} changes @returns {Promise<boolean>} */
  async write(changes) {
    const claims = changes.flatMap(({ row }) => row?.claims ?? []);
    if (new Set(claims).size < claims.length) return false;
    const statements = conditionalWrite(this.#names, crypto.randomUUID(), changes, LONGEST);
    const results = await this.#database.batch(
      statements.map(([text, parameters]) => this.#database.prepare(text).bind(...parameters)),
    );
    // The last one deletes the guard, which is there if all of it has been done.
    return (results.at(-1)?.results.length ?? 0) > 0;
  }

  /** @param {number} now @returns {Promise<number>} */
  async prune(now) {
    const { rows, terms, claims } = this.#names;
    const due = `SELECT r.key, r.terms, r.claims FROM ${rows} AS r WHERE r.prune_at < ?1`;
    // A list with commas becomes JSON: labels hold no quotation mark.
    const each = (/** @type {string} */ column) => `${JSON_EACH}('["' || replace(due.${column}, ',', '","') || '"]')`;
    const results = await this.#database.batch(
      [
        `DELETE FROM ${terms} WHERE (term, key) IN (SELECT value, due.key FROM (${due}) AS due, ${each("terms")})`,
        `DELETE FROM ${claims} WHERE claim IN (SELECT value FROM (${due}) AS due, ${each("claims")})`,
        `DELETE FROM ${rows} WHERE prune_at < ?1 RETURNING 1`,
      ].map((text) => this.#database.prepare(text).bind(now)),
    );
    return results.at(-1)?.results.length ?? 0;
  }
}
