// @ts-check
// The store under test: its answers are checked for their shape, and what it must answer is said in a word.

import { expect, expectSameRows } from "./expect.js";
import { insert } from "./rows.js";

/** @import { Change, Query, Row, Store } from "../index.js" */

/** @typedef {Extract<Query, { terms: string[] }>} TermsQuery */

/** Any time will do where none is meant: the clock is the vault's. */
export const NOW = 1_731_078_000_000;

export class Subject {
  #store;

  /** @param {Store} store */
  constructor(store) {
    expect(typeof store?.read === "function", "`make` must answer `{ store }`, with a store that has a `read`");
    this.#store = store;
  }

  get store() {
    return this.#store;
  }

  /**
   * As many as fit in one write, if each touches so many keys, terms and claims; at most `wanted`.
   * @param {number} wanted
   * @param {number} touched
   */
  inOneWrite(wanted, touched) {
    return Math.min(wanted, Math.floor((this.#store.maxWrites ?? Infinity) / touched));
  }

  /** Bytes of one row; at most `wanted`. @param {number} wanted */
  inOneRow(wanted) {
    return Math.min(wanted, this.#store.maxRowBytes ?? Infinity);
  }

  /**
   * Every answer of a read has the shape of the contract.
   * @param {Query} query
   * @returns {Promise<Row[]>}
   */
  async read(query) {
    const rows = await this.#store.read(query);
    expect(Array.isArray(rows), `\`read\` must answer a list of rows, and not ${rows}`);
    for (const row of rows) expectShape(row);
    return rows;
  }

  /**
   * @param {Change[]} changes
   * @returns {Promise<boolean>}
   */
  async write(changes) {
    expect(typeof this.#store.write === "function", "the store has no `write`: one that cannot be written cannot be tested");
    const written = await this.#store.write?.(changes);
    expect(typeof written === "boolean", `\`write\` must answer true or false, and not ${written}`);
    return written === true;
  }

  /** A batch that must land. @param {Change[]} changes */
  async land(...changes) {
    expect(await this.write(changes), "`write` answered false to a batch that nothing stands against, and must land it");
  }

  /**
   * A batch that must be refused.
   * @param {string} what why
   * @param {Change[]} changes
   */
  async refuse(what, ...changes) {
    expect(!(await this.write(changes)), `\`write\` answered true, and must answer false and write nothing: ${what}`);
  }

  /**
   * Inserts rows, in as few batches as the store allows.
   * @template {Row} R
   * @param {R[]} rows
   */
  async fill(rows) {
    /** @type {Change[]} */
    let batch = [];
    let touched = 0;
    for (const row of rows) {
      const more = 1 + row.terms.length + row.claims.length;
      if (batch.length > 0 && (touched + more > (this.#store.maxWrites ?? Infinity) || batch.length === 1_000)) {
        await this.land(...batch);
        [batch, touched] = [[], 0];
      }
      batch.push(insert(row));
      touched += more;
    }
    if (batch.length > 0) await this.land(...batch);
    return rows;
  }

  /** @param {string[]} claims */
  holders(...claims) {
    return this.read({ claims });
  }

  /**
   * Rows that have the terms, in any state, all in one page, unless the query says otherwise.
   * @param {string[]} terms
   * @param {Partial<TermsQuery>} [query]
   */
  tagged(terms, query) {
    return this.read({ terms, state: "any", now: NOW, after: null, limit: 1_000, ...query });
  }

  /**
   * All rows that have the terms, page by page.
   * @param {string[]} terms
   * @param {number} limit
   * @param {Partial<TermsQuery>} [query]
   */
  async *pages(terms, limit, query) {
    /** @type {string | null} */
    let after = null;
    for (;;) {
      /** @type {Row[]} */
      const page = await this.tagged(terms, { ...query, after, limit });
      expect(page.length <= limit, `a page of ${page.length} rows, where ${limit} were asked for`);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < limit) return;
      // Or paging would go on for ever.
      expect(after === null || last.key > after, `a page after the key ${after} ends with ${last.key}, and must begin behind it`);
      after = last.key;
    }
  }

  /**
   * Each row is found by its claims as it should be.
   * @param {Row[]} rows
   * @param {string} what
   */
  async expectFound(rows, what) {
    expectSameRows(await this.holders(...rows.flatMap(({ claims }) => claims)), rows, what);
  }
}

/** @param {Row} row */
function expectShape(row) {
  const { key, version, terms, claims, expiresAt, pruneAt, sealed } = row;
  expect(typeof key === "string", "`key` must be a text");
  expect(Number.isSafeInteger(version), "`version` must be a whole number; a driver may answer 64 bits as text or bigint");
  for (const [name, labels] of Object.entries({ terms, claims })) {
    expect(
      Array.isArray(labels) && labels.every((label) => typeof label === "string"),
      `\`${name}\` must be a list of texts`,
    );
    expect(new Set(labels).size === labels.length, `\`${name}\` must have no repeats`);
  }
  for (const [name, time] of Object.entries({ expiresAt, pruneAt })) {
    expect(time === null || Number.isSafeInteger(time), `\`${name}\` must be a whole number or null`);
  }
  expect(Object.prototype.toString.call(sealed) === "[object Uint8Array]", "`sealed` must be a Uint8Array");
}
