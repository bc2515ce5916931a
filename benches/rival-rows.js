// @ts-check
// How the rival reads rows and opens their heads, seals new ones, and writes them by compare-and-swap.

import { Buffer } from "node:buffer";

import { RivalError } from "./rival-request.js";
import {
  BODY_PREFIX,
  HEAD_AT,
  HEAD_NONCE_AT,
  KEY_ID_BYTES,
  NONCE_BYTES,
  TAG_BYTES,
  altered,
  blank,
  bodyStart,
  columns,
  isRow,
  misbehaved,
} from "./rival-row.js";

/** @import { Collection, Store, Suite } from "./rival.js" */
/** @import { Bytes, Change, Row } from "./rival-row.js" */

/** @typedef {{ row: Row, head: Bytes, bodyAt: number }} Opened */
/**
 * A row to be sealed. `body` is sealed already.
 * @typedef {{ key: string, version: number, terms: string[], claims: string[], expiresAt: number | null,
 *   head: Bytes, body: Uint8Array }} Draft
 */

const PASSES = 3;
const nonce = Buffer.alloc(NONCE_BYTES);

/** A nonce out of longer bytes; valid until the next call. @param {Uint8Array} bytes @param {number} at */
function nonceAt(bytes, at) {
  for (let index = 0; index < NONCE_BYTES; index += 1) nonce[index] = /** @type {number} */ (bytes[at + index]);
  return nonce;
}

/** Which of the claims asked for a row answers. @param {string[]} claims @param {Map<string, number>} places */
function placeOf(claims, places) {
  for (const claim of claims) {
    const place = places.get(claim);
    if (place !== undefined) return place;
  }
  return undefined;
}

export class Rows {
  #suite;
  #keyId;
  #store;

  /** @param {Suite} suite @param {Uint8Array} keyId @param {Store} store */
  constructor(suite, keyId, store) {
    this.#suite = suite;
    this.#keyId = keyId;
    this.#store = store;
  }

  /**
   * The rows that hold the claims, in the claims' order, opened; a hole where there is none.
   * @param {string[]} claims @returns {Promise<(Opened | undefined)[]>}
   */
  async read(claims) {
    const rows = await this.#store.read({ claims });
    if (!Array.isArray(rows)) throw misbehaved("store.read");
    if (rows.length > claims.length) throw altered();
    /** @type {Map<string, number>} */
    const places = new Map();
    for (let index = 0; index < claims.length; index += 1) places.set(/** @type {string} */ (claims[index]), index);
    const found = new Array(claims.length);
    const pending = new Array(rows.length);
    const order = new Array(rows.length);
    for (let index = 0; index < rows.length; index += 1) {
      const row = /** @type {Row} */ (rows[index]);
      if (!isRow(row)) throw misbehaved("store.read");
      const place = placeOf(row.claims, places);
      if (place === undefined || found[place] !== undefined) throw altered();
      const { sealed } = row;
      const bodyAt = bodyStart(sealed, this.#keyId);
      found[place] = { row, bodyAt, head: undefined };
      order[index] = place;
      pending[index] = this.#suite.open(nonceAt(sealed, HEAD_NONCE_AT), columns(row, bodyAt), sealed, HEAD_AT, bodyAt);
    }
    const heads = await this.#suite.opened(pending);
    for (let index = 0; index < heads.length; index += 1) found[order[index]].head = heads[index];
    return found;
  }

  /**
   * Seals each draft's head and makes it a change of its row.
   * @param {Draft[]} drafts @param {Uint8Array} fill @param {number} noncesAt one nonce for each draft is in `fill` here
   * @returns {Promise<Change[]>}
   */
  async seal(drafts, fill, noncesAt) {
    const pending = new Array(drafts.length);
    const changes = new Array(drafts.length);
    for (let index = 0; index < drafts.length; index += 1) {
      const { key, version, terms, claims, expiresAt, head, body } = /** @type {Draft} */ (drafts[index]);
      nonceAt(fill, noncesAt + index * NONCE_BYTES);
      const sealed = blank(this.#keyId, nonce, head.length, body.length);
      const bodyAt = sealed.length - body.length;
      sealed.set(body, bodyAt);
      const row = { key, version, terms, claims, expiresAt, pruneAt: null, sealed };
      pending[index] = this.#suite.seal(nonce, columns(row, bodyAt), head, sealed, HEAD_AT);
      changes[index] = { key, expect: version === 1 ? null : version - 1, row };
    }
    await this.#suite.sealed(pending);
    return changes;
  }

  /**
   * Sealed bodies.
   * @param {Collection} collection @param {string[]} json @param {Uint8Array} fill @param {number} noncesAt
   */
  async sealBodies(collection, json, fill, noncesAt) {
    const bodies = json.map((text) => {
      const plain = Buffer.from(text, "utf8");
      return { plain, body: Buffer.alloc(BODY_PREFIX + plain.length + TAG_BYTES) };
    });
    const pending = bodies.map(({ plain, body }, index) => {
      body.set(this.#keyId, 0);
      body.set(nonceAt(fill, noncesAt + index * NONCE_BYTES), KEY_ID_BYTES);
      return this.#suite.seal(nonce, collection.bodyPurpose, plain, body, BODY_PREFIX);
    });
    await this.#suite.sealed(pending);
    return bodies.map(({ body }) => body);
  }

  /** Whether the changes are in the store, just as they were written. @param {Change[]} changes */
  async #landed(changes) {
    const claims = changes.map(({ row }) => /** @type {string} */ (row?.claims[0]));
    const rows = new Map((await this.#store.read({ claims })).map((row) => [row.key, row]));
    return changes.every(({ key, row }) => {
      const there = rows.get(key);
      return (
        there !== undefined &&
        row !== null &&
        there.version === row.version &&
        Buffer.compare(there.sealed, row.sealed) === 0
      );
    });
  }

  /** @param {Change[]} changes @returns {Promise<boolean>} whether they landed */
  async commit(changes) {
    let answer;
    try {
      answer = await this.#store.write(changes);
    } catch (cause) {
      if (await this.#landed(changes)) return true;
      throw cause;
    }
    if (answer === true) return true;
    if (await this.#landed(changes)) return true;
    if (answer !== false) throw misbehaved("store.write");
    return false;
  }

  /**
   * Runs passes of reading, computing and writing until one lands.
   * @template Answer @param {() => Promise<{ changes: Change[], answer: Answer }>} pass @returns {Promise<Answer>}
   */
  async passes(pass) {
    for (let count = 0; count < PASSES; count += 1) {
      const { changes, answer } = await pass();
      if (changes.length === 0 || (await this.commit(changes))) return answer;
    }
    throw new RivalError("PV3218", "somebody else wrote the same tokens at the same time");
  }

  /** The bodies of opened rows, in the open. @param {Collection} collection @param {Opened[]} tokens */
  openBodies(collection, tokens) {
    const pending = tokens.map(({ row: { sealed }, bodyAt }) => {
      const from = bodyAt + BODY_PREFIX;
      return this.#suite.open(
        nonceAt(sealed, bodyAt + KEY_ID_BYTES),
        collection.bodyPurpose,
        sealed,
        from,
        sealed.length,
      );
    });
    return this.#suite.opened(pending);
  }
}
