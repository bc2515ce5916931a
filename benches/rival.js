// @ts-check
// The benchmark's rival: tokenize, update and rotate as a careful person would write them by hand,
// with the guarantees of Vaultlet's: a strict request, one question to the policy, blind labels,
// every column bound to a head that is sealed apart from the body, fresh nonces from one fill for
// each pass, tenants, expiry, compare-and-swap with three passes and reading back.
//
// All that differs between `node:crypto` and WebCrypto is a `Suite`. What the rival leaves out speeds
// the rival up: timeouts of callbacks, transactions, audit, limits in bytes, unique tags, more keys
// than one, token types other than `randomized`.
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import * as request from "./rival-request.js";
import { RivalError, malformed } from "./rival-request.js";
import {
  BODY_PREFIX, HEAD_AT, HEAD_NONCE_AT, KEY_ID_BYTES, NONCE_BYTES, TAG_BYTES,
  altered, blank, bodyStart, columns, headBytes, isRow, misbehaved, readHead, tagsPart, tagsStart, tenantOf, withTags, withTokenId,
} from "./rival-row.js";

/**
 * The cipher calls. A `Pending` is a value or the promise of one, as the suite likes; what it is
 * handed it reads before it returns.
 * @template Pending
 * @typedef {object} SuiteOf
 * @property {Buffer} message where a message is written before `label` is called
 * @property {(length: number) => Pending} label HMAC-SHA-256 of the message, cut to 16 bytes
 * @property {(nonce: Buffer, associated: Buffer, bytes: Uint8Array, from: number, to: number) => Pending} open
 *   opens what lies between, the tag included
 * @property {(nonce: Buffer, associated: Buffer, plain: Buffer, target: Buffer, at: number) => Pending} seal
 *   writes what is sealed, and its tag, into `target`
 * @property {(pending: Pending[]) => string[] | Promise<string[]>} labels as base64url
 * @property {(pending: Pending[]) => Buffer[] | Promise<Buffer[]>} opened
 * @property {(pending: Pending[]) => unknown} sealed
 */

/**
 * @typedef {SuiteOf<any>} Suite
 * @typedef {import("./rival-row.js").Row} Row
 * @typedef {import("./rival-row.js").Change} Change
 * @typedef {{ claims: string[] }} ClaimsQuery
 * @typedef {{ read(query: ClaimsQuery): Promise<Row[]> | Row[], write(changes: Change[]): Promise<boolean> | boolean }} Store
 * @typedef {(request: object) => unknown} Policy
 * @typedef {{ keyId: Uint8Array, data: Uint8Array, index: Uint8Array }} Keys
 * @typedef {{ collections: Record<string, { properties: request.Properties }>, store: Store, policy: Policy,
 *   clock?: () => number, maxTokens?: number }} Configuration
 * @typedef {{ name: string, properties: request.Properties, bodyPurpose: Buffer, tokenPrefix: Buffer, terms: string[] }} Collection
 * @typedef {{ row: Row, head: Buffer, bodyAt: number }} Opened
 * @typedef {{ key: string, version: number, terms: string[], claims: string[], expiresAt: number | null,
 *   head: Buffer, body: Uint8Array }} Draft `body` is sealed already
 */

const PASSES = 3;
const UUID_BYTES = 16;
const KEY_BYTES = 17;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const ROTATE = new Set(["collection", "reason", "tokenIds", "xTenantId"]);
const UPDATE = new Set(["collection", "reason", "tokenIds", "xTenantId", "expirationSecs", "requestBody"]);
const UPDATE_BODY = new Set(["tags", "object"]);
const OBJECT = new Set(["fields"]);
const TOKENIZE = new Set(["collection", "reason", "xTenantId", "requestBody"]);
const TOKENIZE_BODY = new Set(["type", "object", "tags", "token_id"]);
const DETOKENIZE = new Set(["collection", "reason", "tokenIds", "xTenantId"]);

/** An object of these keys; any legal token ID is one. @param {string[]} keys @param {string[]} values */
function paired(keys, values) {
  /** @type {Record<string, string>} */
  const pairs = {};
  for (let index = 0; index < keys.length; index += 1) {
    const key = /** @type {string} */ (keys[index]);
    const value = /** @type {string} */ (values[index]);
    // Assigning is four times as fast as `Object.fromEntries`, and wrong for this one key.
    if (key === "__proto__") Object.defineProperty(pairs, key, { value, enumerable: true, configurable: true, writable: true });
    else pairs[key] = value;
  }
  return pairs;
}

/** A version 4 UUID of 16 random bytes. @param {Uint8Array} b @param {number} o @returns {string} */
function uuid(b, o) {
  /** @param {number} at */
  const hex = (at) => HEX[/** @type {number} */ (b[o + at])];
  const versioned = HEX[(/** @type {number} */ (b[o + 6]) & 0x0f) | 0x40];
  const variant = HEX[(/** @type {number} */ (b[o + 8]) & 0x3f) | 0x80];
  return `${hex(0)}${hex(1)}${hex(2)}${hex(3)}-${hex(4)}${hex(5)}-${versioned}${hex(7)}-${variant}${hex(9)}-`
    + `${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}`;
}

const nonce = Buffer.alloc(NONCE_BYTES);

/** A nonce out of longer bytes; valid until the next call. @param {Uint8Array} bytes @param {number} at */
function nonceAt(bytes, at) {
  for (let index = 0; index < NONCE_BYTES; index += 1) nonce[index] = /** @type {number} */ (bytes[at + index]);
  return nonce;
}

/** @param {Buffer} target @param {number} at @param {string | null} text @returns {number} the end */
function writePart(target, at, text) {
  const length = text === null ? 0 : target.utf8Write(text, at + 2);
  target.writeUInt16BE(text === null ? 0xffff : length, at);
  return at + 2 + length;
}

/**
 * Opens a rival over a suite, with the options of `openVault`.
 * @param {Suite} suite @param {Uint8Array} keyId @param {Configuration} configuration
 */
export async function openRival(suite, keyId, { collections, store, policy, clock = Date.now, maxTokens = 10_000 }) {
  /** @type {Map<string, Collection>} */
  const known = new Map();
  for (const [name, { properties }] of Object.entries(collections)) {
    const prefix = Buffer.alloc(64);
    const end = writePart(prefix, writePart(prefix, 0, "token"), name);
    const terms = await labels([["all"], ["collection", name]]);
    known.set(name, {
      name, properties, terms, tokenPrefix: prefix.subarray(0, end), bodyPurpose: Buffer.from(`rival/body/1/${name}`),
    });
  }

  /** @param {(string | null)[][]} messages @returns {string[] | Promise<string[]>} */
  function labels(messages) {
    const pending = messages.map((parts) => {
      let end = 0;
      for (const part of parts) end = writePart(suite.message, end, part);
      return suite.label(end);
    });
    return suite.labels(pending);
  }

  /** The claims of token IDs. @param {Collection} collection @param {string[]} ids */
  function claimsOf(collection, ids) {
    const { message } = suite;
    const idAt = collection.tokenPrefix.copy(message) + 2;
    const pending = new Array(ids.length);
    for (let index = 0; index < ids.length; index += 1) {
      const length = message.latin1Write(/** @type {string} */ (ids[index]), idAt);
      message[idAt - 2] = 0;
      message[idAt - 1] = length;
      pending[index] = suite.label(idAt + length);
    }
    return suite.labels(pending);
  }

  /** The terms of tokens, sorted. @param {Collection} collection @param {string | null} tenant @param {string[]} tags */
  async function termsOf(collection, tenant, tags) {
    const messages = tags.map((tag) => ["tag", collection.name, tag]);
    if (tenant !== null) messages.push(["tenant", collection.name, tenant]);
    return [...collection.terms, ...(await labels(messages))].sort();
  }

  /** @param {unknown} name @returns {Collection} */
  function collectionOf(name) {
    if (typeof name !== "string") throw malformed("collection");
    const collection = known.get(name);
    if (collection === undefined) throw new RivalError("PV1004", "`collection` is unknown");
    return collection;
  }

  /** @param {object} question */
  async function ask(question) {
    const decision = /** @type {{ allow?: unknown } | null} */ (await policy(question));
    if (typeof decision !== "object" || decision === null || decision.allow !== true) {
      throw new RivalError("PV1006", "the policy refuses");
    }
  }

  /**
   * The rows that hold the claims, in the claims' order, opened; a hole where there is none.
   * @param {string[]} claims @returns {Promise<(Opened | undefined)[]>}
   */
  async function read(claims) {
    const rows = await store.read({ claims });
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
      const bodyAt = bodyStart(sealed, keyId);
      found[place] = { row, bodyAt, head: undefined };
      order[index] = place;
      pending[index] = suite.open(nonceAt(sealed, HEAD_NONCE_AT), columns(row, bodyAt), sealed, HEAD_AT, bodyAt);
    }
    const heads = await suite.opened(pending);
    for (let index = 0; index < heads.length; index += 1) found[order[index]].head = heads[index];
    return found;
  }

  /** @param {string[]} claims @param {Map<string, number>} places */
  function placeOf(claims, places) {
    for (const claim of claims) {
      const place = places.get(claim);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /**
   * Seals each draft's head and makes it a change of its row.
   * @param {Draft[]} drafts @param {Uint8Array} fill @param {number} noncesAt one nonce for each draft is in `fill` here
   * @returns {Promise<Change[]>}
   */
  async function seal(drafts, fill, noncesAt) {
    const pending = new Array(drafts.length);
    const changes = new Array(drafts.length);
    for (let index = 0; index < drafts.length; index += 1) {
      const { key, version, terms, claims, expiresAt, head, body } = /** @type {Draft} */ (drafts[index]);
      nonceAt(fill, noncesAt + index * NONCE_BYTES);
      const sealed = blank(keyId, nonce, head.length, body.length);
      const bodyAt = sealed.length - body.length;
      sealed.set(body, bodyAt);
      const row = { key, version, terms, claims, expiresAt, pruneAt: null, sealed };
      pending[index] = suite.seal(nonce, columns(row, bodyAt), head, sealed, HEAD_AT);
      changes[index] = { key, expect: version === 1 ? null : version - 1, row };
    }
    await suite.sealed(pending);
    return changes;
  }

  /**
   * Sealed bodies.
   * @param {Collection} collection @param {string[]} json @param {Uint8Array} fill @param {number} noncesAt
   */
  async function sealBodies(collection, json, fill, noncesAt) {
    const bodies = json.map((text) => {
      const plain = Buffer.from(text, "utf8");
      return { plain, body: Buffer.alloc(BODY_PREFIX + plain.length + TAG_BYTES) };
    });
    const pending = bodies.map(({ plain, body }, index) => {
      body.set(keyId, 0);
      body.set(nonceAt(fill, noncesAt + index * NONCE_BYTES), KEY_ID_BYTES);
      return suite.seal(nonce, collection.bodyPurpose, plain, body, BODY_PREFIX);
    });
    await suite.sealed(pending);
    return bodies.map(({ body }) => body);
  }

  /** Whether the changes are in the store, just as they were written. @param {Change[]} changes */
  async function landed(changes) {
    const claims = changes.map(({ row }) => /** @type {string} */ (row?.claims[0]));
    const rows = new Map((await store.read({ claims })).map((row) => [row.key, row]));
    return changes.every(({ key, row }) => {
      const there = rows.get(key);
      return there !== undefined && row !== null && there.version === row.version && Buffer.compare(there.sealed, row.sealed) === 0;
    });
  }

  /** @param {Change[]} changes @returns {Promise<boolean>} whether they landed */
  async function commit(changes) {
    let answer;
    try {
      answer = await store.write(changes);
    } catch (cause) {
      if (await landed(changes)) return true;
      throw cause;
    }
    if (answer === true) return true;
    if (await landed(changes)) return true;
    if (answer !== false) throw misbehaved("store.write");
    return false;
  }

  /**
   * Runs passes of reading, computing and writing until one lands.
   * @template Answer @param {() => Promise<{ changes: Change[], answer: Answer }>} pass @returns {Promise<Answer>}
   */
  async function passes(pass) {
    for (let count = 0; count < PASSES; count += 1) {
      const { changes, answer } = await pass();
      if (changes.length === 0 || (await commit(changes))) return answer;
    }
    throw new RivalError("PV3218", "somebody else wrote the same tokens at the same time");
  }

  /** @param {Opened} opened @param {string[]} tenants */
  function checkTenant({ head }, tenants) {
    if (tenants.length === 0) return;
    const tenant = tenantOf(head);
    if (tenant === null || !tenants.includes(tenant)) throw new RivalError("PV1006", "a token belongs to another tenant");
  }

  /** @param {unknown} caller */
  function as(caller) {
    /** @param {unknown} parameters @returns {Promise<Record<string, string>>} */
    async function rotateTokens(parameters) {
      const given = request.only(parameters, ROTATE, "parameters");
      const collection = collectionOf(given["collection"]);
      const tenants = request.tenants(given["xTenantId"]);
      const ids = request.tokenIds(given["tokenIds"], maxTokens);
      const reason = request.reason(given["reason"]);
      await ask({
        caller, action: "tokens.rotate", capabilities: ["CapTokensWriter"], input: "none", collection: collection.name,
        checks: [{ operation: "write", resource: `${collection.name}/tokens` }], tenantIds: tenants, reason,
      });
      const claims = await claimsOf(collection, ids);
      return passes(async () => {
        const now = clock();
        const opened = await read(claims);
        const unknown = ids.filter((_, index) => opened[index] === undefined);
        if (unknown.length > 0) throw new RivalError("PV3087", "tokens are unknown");
        const count = ids.length;
        const fill = randomFillSync(Buffer.allocUnsafe(count * (UUID_BYTES + NONCE_BYTES)));
        const fresh = new Array(count);
        for (let index = 0; index < count; index += 1) fresh[index] = uuid(fill, index * UUID_BYTES);
        const freshClaims = await claimsOf(collection, fresh);
        const drafts = new Array(count);
        for (let index = 0; index < count; index += 1) {
          const token = /** @type {Opened} */ (opened[index]);
          const { row, bodyAt, head } = token;
          checkTenant(token, tenants);
          if (row.expiresAt !== null && row.expiresAt <= now) throw new RivalError("PV1033", "a token is archived");
          drafts[index] = {
            key: row.key, version: row.version + 1, terms: row.terms, claims: [freshClaims[index]], expiresAt: row.expiresAt,
            head: withTokenId(head, fresh[index]), body: row.sealed.subarray(bodyAt),
          };
        }
        const changes = await seal(drafts, fill, count * UUID_BYTES);
        return { changes, answer: paired(ids, fresh) };
      });
    }

    /** @param {unknown} parameters @returns {Promise<void>} */
    async function updateTokens(parameters) {
      const given = request.only(parameters, UPDATE, "parameters");
      const collection = collectionOf(given["collection"]);
      const tenants = request.tenants(given["xTenantId"]);
      const ids = request.tokenIds(given["tokenIds"], maxTokens);
      const expiration = request.expiration(given["expirationSecs"]);
      const body = request.only(given["requestBody"], UPDATE_BODY, "requestBody");
      const tags = body["tags"] === undefined ? undefined : request.tags(body["tags"]);
      const data = body["object"] === undefined ? undefined
        : request.fields(request.only(body["object"], OBJECT, "requestBody.object")["fields"], collection.properties);
      const reason = request.reason(given["reason"]);
      await ask({
        caller, action: "tokens.update", capabilities: ["CapTokensWriter"], input: data === undefined ? "none" : "fields",
        collection: collection.name, tenantIds: tenants, reason,
        checks: data === undefined ? [{ operation: "write", resource: `${collection.name}/tokens` }]
          : data.names.map((name) => (
            { operation: "tokenize", resource: `${collection.name}/properties/${name}`, type: collection.properties[name]?.type })),
      });
      const claims = await claimsOf(collection, ids);
      const newTags = tags === undefined ? undefined : tagsPart(tags);
      return passes(async () => {
        const now = clock();
        const matched = (await read(claims)).filter((token) => token !== undefined)
          .filter(({ row }) => row.expiresAt === null || row.expiresAt > now);
        if (matched.length === 0) throw new RivalError("PV3009", "no token matches");
        if (data !== undefined && matched.length !== 1) throw new RivalError("VL3001", "data needs exactly one token");
        for (const token of matched) checkTenant(token, tenants);
        const expiresAt = expiration.kind === "in" ? now + expiration.millis : null;
        const changed = data !== undefined ? matched : matched.filter(({ row, head }) => (
          (expiration.kind !== "keep" && row.expiresAt !== expiresAt)
          || (newTags !== undefined && newTags.compare(head, tagsStart(head)) !== 0)));
        const terms = tags === undefined ? undefined : await termsByTenant(collection, changed, tags);
        const count = changed.length;
        const fill = randomFillSync(Buffer.allocUnsafe((count + 1) * NONCE_BYTES));
        const bodies = data === undefined ? undefined : await sealBodies(collection, [data.json], fill, count * NONCE_BYTES);
        const drafts = new Array(count);
        for (let index = 0; index < count; index += 1) {
          const { row, bodyAt, head } = /** @type {Opened} */ (changed[index]);
          drafts[index] = {
            key: row.key, version: row.version + 1, claims: row.claims,
            terms: terms === undefined ? row.terms : terms.get(tenantOf(head)),
            expiresAt: expiration.kind === "keep" ? row.expiresAt : expiresAt,
            head: newTags === undefined ? head : withTags(head, newTags),
            body: bodies === undefined ? row.sealed.subarray(bodyAt) : bodies[index],
          };
        }
        return { changes: await seal(drafts, fill, 0), answer: undefined };
      });
    }

    /** @param {Collection} collection @param {Opened[]} tokens @param {string[]} tags */
    async function termsByTenant(collection, tokens, tags) {
      /** @type {Map<string | null, string[]>} */
      const terms = new Map();
      for (const { head } of tokens) {
        const tenant = tenantOf(head);
        if (!terms.has(tenant)) terms.set(tenant, await termsOf(collection, tenant, tags));
      }
      return terms;
    }

    /** Makes the tokens that are measured. @param {unknown} parameters @returns {Promise<{ token_id: string }[]>} */
    async function tokenize(parameters) {
      const given = request.only(parameters, TOKENIZE, "parameters");
      const collection = collectionOf(given["collection"]);
      const [tenant = null, ...others] = request.tenants(given["xTenantId"]);
      if (others.length > 0) throw malformed("xTenantId");
      const reason = request.reason(given["reason"]);
      const bodies = given["requestBody"];
      if (!Array.isArray(bodies) || bodies.length === 0) throw malformed("requestBody");
      const requests = bodies.map((value) => {
        const body = request.only(value, TOKENIZE_BODY, "requestBody");
        if (body["type"] !== "randomized") throw malformed("requestBody.type");
        const { json } = request.fields(request.only(body["object"], OBJECT, "requestBody.object")["fields"], collection.properties);
        const given = body["token_id"] === undefined ? undefined : request.tokenIds([body["token_id"]], 1)[0];
        return { json, given, tags: body["tags"] === undefined ? [] : request.tags(body["tags"]) };
      });
      await ask({
        caller, action: "tokens.tokenize", capabilities: ["CapTokensWriter"], input: "fields", collection: collection.name,
        checks: Object.entries(collection.properties).map(([name, { type }]) => (
          { operation: "tokenize", resource: `${collection.name}/properties/${name}`, type })),
        tenantIds: tenant === null ? [] : [tenant], reason,
      });
      const now = clock();
      const count = requests.length;
      const fill = randomFillSync(Buffer.allocUnsafe(count * (UUID_BYTES + KEY_BYTES + 2 * NONCE_BYTES)));
      const noncesAt = count * (UUID_BYTES + KEY_BYTES);
      const ids = requests.map(({ given }, index) => given ?? uuid(fill, index * UUID_BYTES));
      const claims = await claimsOf(collection, ids);
      if ((await read(claims)).some((token) => token !== undefined)) throw new RivalError("VL3010", "a token ID is taken");
      const bodiesSealed = await sealBodies(collection, requests.map(({ json }) => json), fill, noncesAt + count * NONCE_BYTES);
      const drafts = [];
      for (const [index, { tags }] of requests.entries()) {
        const keyAt = count * UUID_BYTES + index * KEY_BYTES;
        drafts.push({
          key: fill.base64urlSlice(keyAt, keyAt + KEY_BYTES).slice(0, 22), version: 1, expiresAt: null,
          terms: await termsOf(collection, tenant, tags), claims: [/** @type {string} */ (claims[index])],
          head: headBytes({ tokenId: /** @type {string} */ (ids[index]), tenant, scope: "default", created: now, tags }),
          body: /** @type {Buffer} */ (bodiesSealed[index]),
        });
      }
      if (!(await commit(await seal(drafts, fill, noncesAt)))) throw new RivalError("PV3218", "somebody else wrote at the same time");
      return ids.map((token_id) => ({ token_id }));
    }

    /** Reads tokens back, so that a test can see what was written. @param {unknown} parameters */
    async function detokenize(parameters) {
      const given = request.only(parameters, DETOKENIZE, "parameters");
      const collection = collectionOf(given["collection"]);
      const tenants = request.tenants(given["xTenantId"]);
      const ids = request.tokenIds(given["tokenIds"], maxTokens);
      const reason = request.reason(given["reason"]);
      await ask({
        caller, action: "tokens.detokenize", capabilities: ["CapTokensDetokenizer"], input: "token", collection: collection.name,
        checks: Object.entries(collection.properties).flatMap(([name, { type }]) => ["detokenize", "read"].map((operation) => (
          { operation, resource: `${collection.name}/properties/${name}`, type }))),
        tenantIds: tenants, reason,
      });
      const now = clock();
      const opened = (await read(await claimsOf(collection, ids))).filter((token) => token !== undefined)
        .filter(({ row }) => row.expiresAt === null || row.expiresAt > now);
      for (const token of opened) checkTenant(token, tenants);
      const bodies = await suite.opened(opened.map(({ row: { sealed }, bodyAt }) => suite.open(
        nonceAt(sealed, bodyAt + KEY_ID_BYTES), collection.bodyPurpose, sealed, bodyAt + BODY_PREFIX, sealed.length,
      )));
      return opened.map(({ row, head }, index) => {
        const { tokenId, tags } = readHead(head);
        return { token_id: tokenId, fields: JSON.parse(String(bodies[index])), tags, expiresAt: row.expiresAt };
      });
    }

    return { tokens: { tokenize, detokenize, updateTokens, rotateTokens } };
  }

  return { as };
}
