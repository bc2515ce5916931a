// @ts-check
// The memory store: the store contract in full, for tests, demos, and data that may end with the process.

import { isInState } from "./queries.js";
import { SortedKeys } from "./sorted-keys.js";

/** @import { Change, Query, Row } from "../index.js" */

/** An empty store. */
export function memoryStore() {
  return new MemoryStore();
}

/** What a key holds, and shall hold: no row where there is none. @typedef {{ key: string, before: Row | undefined, row: Row | null }} Replacement */

/** Each method does its work before it returns, so that no two of them ever mix: that is all its isolation. */
class MemoryStore {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** The key of the row that holds a claim. @type {Map<string, string>} */
  #holders = new Map();
  /** The keys of the rows that have a term. @type {Map<string, SortedKeys>} */
  #index = new Map();

  /**
   * @param {Query} query
   * @returns {Row[]}
   */
  read(query) {
    // Its own: of a query by terms nobody may say that it has claims.
    const { claims, ...others } = /** @type {any} */ ({ claims: undefined, ...query });
    return claims === undefined ? this.#readTerms(others) : this.#readClaims(claims);
  }

  /**
   * @param {Change[]} changes
   * @returns {boolean | Promise<boolean>}
   */
  write(changes) {
    const keys = new Set(changes.map(({ key }) => key));
    if (keys.size < changes.length) return Promise.reject(new TypeError("a batch has one change for each key"));
    const replacements = changes.map(({ key, expect, row }) => ({ key, expect, before: this.#rows.get(key), row }));
    if (!this.#allows(replacements, keys)) return false;
    // All claims are let go before any is taken: within the batch a claim may move from row to row.
    for (const replacement of replacements) this.#releaseClaims(replacement);
    for (const replacement of replacements) this.#put(replacement);
    return true;
  }

  /** Copies of all rows, in the order in which they came. No part of the store contract: it is there to look inside. */
  rows() {
    return Array.from(this.#rows.values(), copyOf);
  }

  /**
   * Deletes the rows whose `pruneAt` has passed. The store never does so by itself: it has no clock, and the vault's
   * need not be the machine's.
   * @param {number} now milliseconds since 1970, by the vault's clock
   * @returns {number} how many it deleted
   */
  prune(now) {
    let pruned = 0;
    for (const row of this.#rows.values()) {
      if (row.pruneAt === null || row.pruneAt >= now) continue;
      const replacement = { key: row.key, before: row, row: null };
      this.#releaseClaims(replacement);
      this.#put(replacement);
      pruned += 1;
    }
    return pruned;
  }

  /** @param {string[]} claims */
  #readClaims(claims) {
    const keys = new Set(claims.map((claim) => this.#holders.get(claim)));
    /** @type {Row[]} */
    const found = [];
    for (const key of keys) {
      const row = key === undefined ? undefined : this.#rows.get(key);
      if (row !== undefined) found.push(copyOf(row));
    }
    return found;
  }

  /** @param {Extract<Query, { terms: string[] }>} query */
  #readTerms({ terms, state, now, after, limit }) {
    /** @type {SortedKeys | undefined} */
    let fewest;
    for (const term of terms) {
      const keys = this.#index.get(term);
      if (keys === undefined) return [];
      if (fewest === undefined || keys.size < fewest.size) fewest = keys;
    }
    /** @type {Row[]} */
    const found = [];
    for (const key of fewest?.after(after) ?? []) {
      if (found.length >= limit) break;
      const row = this.#rows.get(key);
      if (row === undefined || !isInState(row, state, now)) continue;
      if (terms.every((term) => row.terms.includes(term))) found.push(copyOf(row));
    }
    return found;
  }

  /**
   * Whether the batch as a whole may be written.
   * @param {(Replacement & { expect: number | null })[]} replacements
   * @param {Set<string>} keys theirs
   */
  #allows(replacements, keys) {
    /** @type {Set<string>} */
    const taken = new Set();
    for (const { key, expect, before, row } of replacements) {
      if ((before?.version ?? null) !== expect) return false;
      for (const claim of row?.claims ?? []) {
        const holder = this.#holders.get(claim);
        // A holder within the batch lets go of it, or takes it again and is found in `taken`.
        const isHeld = holder !== undefined && holder !== key && !keys.has(holder);
        if (isHeld || taken.has(claim)) return false;
        taken.add(claim);
      }
    }
    return true;
  }

  /** Lets go of the claims that only the row before has. @param {Replacement} replacement */
  #releaseClaims({ before, row }) {
    for (const claim of before?.claims ?? []) if (!row?.claims.includes(claim)) this.#holders.delete(claim);
  }

  /** Only the terms that differ are indexed anew. @param {Replacement} replacement */
  #put({ key, before: old, row }) {
    const before = old?.terms ?? [];
    const after = row?.terms ?? [];
    for (const term of before) if (!after.includes(term)) this.#unindex(term, key);
    for (const term of after) if (!before.includes(term)) this.#addToIndex(term, key);
    if (row === null) {
      this.#rows.delete(key);
      return;
    }
    for (const claim of row.claims) this.#holders.set(claim, key);
    this.#rows.set(key, copyOf(row));
  }

  /**
   * @param {string} term
   * @param {string} key
   */
  #addToIndex(term, key) {
    let keys = this.#index.get(term);
    if (keys === undefined) this.#index.set(term, (keys = new SortedKeys()));
    keys.add(key);
  }

  /**
   * @param {string} term
   * @param {string} key
   */
  #unindex(term, key) {
    const keys = this.#index.get(term);
    keys?.delete(key);
    if (keys?.size === 0) this.#index.delete(term);
  }
}

/**
 * What the caller does to a row that it wrote, or was handed, must not reach the store.
 * @param {Row} row
 * @returns {Row}
 */
function copyOf({ key, version, terms, claims, expiresAt, pruneAt, sealed }) {
  // Not `sealed.slice()`, which for a Buffer is a view.
  return {
    key,
    version,
    terms: terms.slice(),
    claims: claims.slice(),
    expiresAt,
    pruneAt,
    sealed: new Uint8Array(sealed),
  };
}
