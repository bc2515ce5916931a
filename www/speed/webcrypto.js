// @ts-check
// The rival: rotating and updating by hand on WebCrypto. A row has a head (token ID, tags) and a body (the data), each
// sealed with AES-GCM; the head is bound to every column of the row and to the body, so that no column can be changed and
// no body exchanged. Keys are imported once, and all promises of a call are in flight together.
//
// It has no transactions, no audit, no policy, no limits, no tenants and no second try: all of that speeds it up.

import { labels, randomLabel } from "./labels.js";

/** @import { Row } from "vaultlet" */
/** @import { MemoryStore } from "vaultlet/store/memory" */

/** @typedef {{ token: string, tags: string[], created: number }} Head */

const NONCE = 12;
const TAG = 16;
const { subtle } = crypto;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** @param {MemoryStore} store */
export async function openRival(store) {
  if (subtle === undefined) throw new Error("this browser offers WebCrypto only over HTTPS, or to pages from this machine");
  const key = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const index = await subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
  const [all = ""] = await labels(index, "collection", ["all"]);

  /** @param {Uint8Array<ArrayBuffer>} plain @param {Uint8Array<ArrayBuffer>} associated */
  async function seal(plain, associated) {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const sealed = await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: associated }, key, plain);
    const bytes = new Uint8Array(NONCE + sealed.byteLength);
    bytes.set(nonce);
    bytes.set(new Uint8Array(sealed), NONCE);
    return bytes;
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes @param {Uint8Array<ArrayBuffer>} associated */
  const open = (bytes, associated) =>
    subtle.decrypt({ name: "AES-GCM", iv: bytes.subarray(0, NONCE), additionalData: associated }, key, bytes.subarray(NONCE));

  /** All of a row but its head. @param {Omit<Row, "sealed">} row @param {Uint8Array} body */
  function columns({ key, version, terms, claims, expiresAt }, body) {
    const ends = [...body.subarray(0, NONCE), ...body.subarray(-TAG)];
    return utf8.encode(JSON.stringify([key, version, terms, claims, expiresAt, ends]));
  }

  /** @param {Omit<Row, "sealed">} row @param {Head} head @param {Uint8Array} body @returns {Promise<Row>} */
  async function sealRow(row, head, body) {
    const sealedHead = await seal(utf8.encode(JSON.stringify(head)), columns(row, body));
    const sealed = new Uint8Array(2 + sealedHead.length + body.length);
    new DataView(sealed.buffer).setUint16(0, sealedHead.length);
    sealed.set(sealedHead, 2);
    sealed.set(body, 2 + sealedHead.length);
    return { ...row, sealed };
  }

  /** @param {Row} row */
  async function openRow(row) {
    const sealed = /** @type {Uint8Array<ArrayBuffer>} */ (row.sealed);
    const bodyAt = 2 + new DataView(sealed.buffer, sealed.byteOffset).getUint16(0);
    const body = sealed.subarray(bodyAt);
    const head = await open(sealed.subarray(2, bodyAt), columns(row, body));
    return { row, body, head: /** @type {Head} */ (JSON.parse(text.decode(head))) };
  }

  /** @param {string[]} tokens */
  async function readTokens(tokens) {
    const claims = await labels(index, "token", tokens);
    const opened = await Promise.all(store.read({ claims }).map(openRow));
    const byToken = new Map(opened.map((each) => [each.head.token, each]));
    return tokens.map((token) => {
      const found = byToken.get(token);
      if (found === undefined) throw new Error("a token is unknown");
      return found;
    });
  }

  /** @param {Row[]} rows */
  async function replace(rows) {
    const written = await store.write(rows.map((row) => ({ key: row.key, expect: row.version - 1, row })));
    if (!written) throw new Error("somebody else wrote first");
  }

  return {
    /** @param {object[]} people @returns {Promise<string[]>} */
    async tokenize(people) {
      const tokens = people.map(() => crypto.randomUUID());
      const claims = await labels(index, "token", tokens);
      const rows = await Promise.all(
        people.map(async (fields, at) => {
          const held = { terms: [all], claims: [claims[at] ?? ""] };
          const row = { key: randomLabel(), version: 1, ...held, expiresAt: null, pruneAt: null };
          const body = await seal(utf8.encode(JSON.stringify(fields)), utf8.encode("body\0customers"));
          return sealRow(row, { token: tokens[at] ?? "", tags: [], created: Date.now() }, body);
        }),
      );
      await store.write(rows.map((row) => ({ key: row.key, expect: null, row })));
      return tokens;
    },

    /** @param {string[]} tokens @returns {Promise<string[]>} */
    async rotate(tokens) {
      const fresh = tokens.map(() => crypto.randomUUID());
      const [opened, claims] = await Promise.all([readTokens(tokens), labels(index, "token", fresh)]);
      const rows = await Promise.all(
        opened.map(({ row, head, body }, at) => {
          const moved = { ...row, version: row.version + 1, claims: [claims[at] ?? ""] };
          return sealRow(moved, { ...head, token: fresh[at] ?? "" }, body);
        }),
      );
      await replace(rows);
      return fresh;
    },

    /** @param {string[]} tokens @param {string[]} tags @param {number} expiresAt */
    async update(tokens, tags, expiresAt) {
      const [opened, tagTerms] = await Promise.all([readTokens(tokens), labels(index, "tag", tags)]);
      const terms = [all, ...tagTerms];
      const rows = await Promise.all(
        opened.map(({ row, head, body }) => {
          const changed = { ...row, version: row.version + 1, terms, expiresAt };
          return sealRow(changed, { ...head, tags }, body);
        }),
      );
      await replace(rows);
    },
  };
}
