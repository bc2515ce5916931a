// @ts-check
// The store in a browser's IndexedDB. Types and documentation: `indexeddb.d.ts`.

import { badConfiguration } from "../error.js";
import { asksForClaims, isInState } from "./queries.js";
import { isName, optionsOf } from "./store-options.js";

/** @import { Change, Query, Row } from "../index.js" */

/**
 * `rows`: rows by their keys, with an index of `pruneAt`. `claims`: by claim, the key of the row that holds it. `terms`:
 * nothing, by `[term, key]`; IndexedDB orders these as the contract orders pages.
 */
const STORES = ["rows", "claims", "terms"];

/** Keys that one request of a page looks at. */
const CHUNK = 500;

/** @type {typeof import("./indexeddb.js").indexedDbStore} */
export function indexedDbStore(options = {}) {
  const { name = "vaultlet" } = optionsOf(options, "name");
  if (!isName(name)) throw badConfiguration("options.name", "must be a text that is not empty");
  if (typeof indexedDB !== "object") throw badConfiguration("indexedDB", "is missing: only browsers have it");
  return new IndexedDbStore(name);
}

class IndexedDbStore {
  #name;
  /** @type {Promise<IDBDatabase> | undefined} */
  #opening;

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
  }

  async migrate() {
    await this.#open();
  }

  /** @param {Query} query @returns {Promise<Row[]>} */
  read(query) {
    return this.#transact("readonly", ({ rows, claims, terms }) =>
      asksForClaims(query) ? readByClaims(query.claims, claims, rows) : readByTerms(query, terms, rows),
    );
  }

  /** @param {Change[]} changes @returns {Promise<boolean>} */
  write(changes) {
    // Copied now: the transaction begins later, and what was handed in may change until then.
    const batch = structuredClone(changes);
    return this.#transact("readwrite", (stores) => makeChanges(batch, stores));
  }

  /** @param {number} now @returns {Promise<number>} */
  prune(now) {
    return this.#transact("readwrite", async ({ rows, claims, terms }) => {
      /** @type {Row[]} */
      const due = await done(rows.index("pruneAt").getAll(IDBKeyRange.upperBound(now, true)));
      for (const row of due) {
        forget(row, claims, terms);
        rows.delete(row.key);
      }
      return due.length;
    });
  }

  /**
   * Answers when the transaction is on the disk. Nothing may be awaited in `work` but the transaction's own requests.
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(stores: Stores) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #transact(mode, work) {
    const transaction = await this.#begin(mode);
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(undefined);
      transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
    });
    const [rows, claims, terms] = STORES.map((store) => transaction.objectStore(store));
    try {
      const answer = await work(/** @type {Stores} */ ({ rows, claims, terms }));
      await ended;
      return answer;
    } catch (error) {
      // Whichever failed first has ended the other.
      ended.catch(() => {});
      throw error;
    }
  }

  /** @param {IDBTransactionMode} mode */
  async #begin(mode) {
    const begin = async () => (await this.#open()).transaction(STORES, mode, { durability: "strict" });
    try {
      return await begin();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
      // The browser, or another page that deleted the database, has closed the connection.
      this.#opening = undefined;
      return begin();
    }
  }

  #open() {
    this.#opening ??= open(this.#name, () => (this.#opening = undefined)).catch((error) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }
}

/** @typedef {{ rows: IDBObjectStore, claims: IDBObjectStore, terms: IDBObjectStore }} Stores */

/** @type {(name: string, closed: () => void) => Promise<IDBDatabase>} */
async function open(name, closed) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    const { result } = request;
    result.createObjectStore("rows", { keyPath: "key" }).createIndex("pruneAt", "pruneAt");
    result.createObjectStore("claims");
    result.createObjectStore("terms");
  };
  const database = await done(request);
  database.onclose = closed;
  // Another page wants to delete the database: it would wait for this one.
  database.onversionchange = () => {
    database.close();
    closed();
  };
  return database;
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @type {(asked: string[], claims: IDBObjectStore, rows: IDBObjectStore) => Promise<Row[]>} */
async function readByClaims(asked, claims, rows) {
  const keys = new Set(await Promise.all(asked.map((claim) => done(claims.get(claim)))));
  keys.delete(undefined);
  return Promise.all(Array.from(keys, (key) => done(rows.get(key))));
}

/** @type {(query: Extract<Query, { terms: string[] }>, terms: IDBObjectStore, rows: IDBObjectStore) => Promise<Row[]>} */
async function readByTerms({ terms: asked, state, now, after, limit }, terms, rows) {
  /** All with the term; labels have no character that comes after `~`. @type {(term: string, after: string | null) => IDBKeyRange} */
  const rangeOf = (term, after) => IDBKeyRange.bound([term, after ?? ""], [term, "~"], true);
  const sizes = await Promise.all(asked.map((term) => done(terms.count(rangeOf(term, null)))));
  const fewest = /** @type {string} */ (asked[sizes.indexOf(Math.min(...sizes))]);
  const others = asked.filter((term) => term !== fewest);
  /** @type {Row[]} */
  const found = [];
  for (;;) {
    const pairs = /** @type {[string, string][]} */ (await done(terms.getAllKeys(rangeOf(fewest, after), CHUNK)));
    const page = await Promise.all(
      pairs.map(async ([, key]) => {
        const has = await Promise.all(others.map((term) => done(terms.getKey([term, key]))));
        return has.includes(undefined) ? undefined : /** @type {Promise<Row>} */ (done(rows.get(key)));
      }),
    );
    for (const row of page) {
      if (row === undefined || !isInState(row, state, now)) continue;
      found.push(row);
      if (found.length === limit) return found;
    }
    if (pairs.length < CHUNK) return found;
    after = /** @type {[string, string]} */ (pairs.at(-1))[1];
  }
}

/** @type {(changes: Change[], stores: Stores) => Promise<boolean>} */
async function makeChanges(changes, { rows, claims, terms }) {
  /** @type {(Row | undefined)[]} */
  const held = await Promise.all(changes.map(({ key }) => done(rows.get(key))));
  if (changes.some(({ expect }, index) => (held[index]?.version ?? null) !== expect)) return false;

  const taken = changes.flatMap(({ row }) => row?.claims ?? []);
  if (new Set(taken).size < taken.length) return false;
  // A holder within the batch lets go of its claim, or has just been found to take it twice.
  const within = new Set(changes.map(({ key }) => key));
  const holders = await Promise.all(taken.map((claim) => done(claims.get(claim))));
  if (holders.some((holder) => holder !== undefined && !within.has(holder))) return false;

  for (const row of held) if (row !== undefined) forget(row, claims, terms);
  for (const { key, row } of changes) {
    if (row === null) {
      rows.delete(key);
      continue;
    }
    rows.put(row);
    for (const claim of row.claims) claims.put(key, claim);
    for (const term of row.terms) terms.put(0, [term, key]);
  }
  return true;
}

/** @type {(row: Row, claims: IDBObjectStore, terms: IDBObjectStore) => void} */
function forget(row, claims, terms) {
  for (const claim of row.claims) claims.delete(claim);
  for (const term of row.terms) terms.delete([term, row.key]);
}
