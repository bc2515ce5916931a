// @ts-check
// The benchmark's rival: update and rotate as a careful person would write them by hand, with Vaultlet's guarantees. A
// strict request, one question to the policy, blind labels, every column bound to a head that is sealed apart from
// the body, fresh nonces from one fill for each pass, tenants, expiry, compare-and-swap with three passes, reading back.
//
// All that differs between `node:crypto` and WebCrypto is a `Suite`. What the rival leaves out speeds the rival up:
// timeouts of callbacks, transactions, audit, limits in bytes, unique tags, token types other than `randomized`, more
// keys than one.

import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";

import { Labels, tokenPrefix } from "./rival-labels.js";
import * as request from "./rival-request.js";
import { RivalError, malformed } from "./rival-request.js";
import { NONCE_BYTES, isActive, tagsPart, tagsStart, tenantOf, withTags, withTokenId } from "./rival-row.js";
import { Rows } from "./rival-rows.js";
import { UUID_BYTES, paired, uuid } from "./rival-token-id.js";
import { detokenize, tokenize } from "./rival-tokens.js";

/** @import { Bytes, Change, Row } from "./rival-row.js" */
/** @import { Draft, Opened } from "./rival-rows.js" */

/**
 * The cipher calls. What they answer is a value or the promise of one, as the suite likes, and is handed back to it in
 * batches. What a call is handed it reads before it returns, so that buffers may be used again.
 * @typedef {object} Suite
 * @property {Bytes} message where a message is written before `label` is called
 * @property {(length: number) => any} label HMAC-SHA-256 of the message, cut to 22 characters of base64url
 * @property {(nonce: Bytes, associated: Bytes, bytes: Uint8Array, from: number, to: number) => any} open
 *   opens what lies between, the tag included
 * @property {(nonce: Bytes, associated: Bytes, plain: Bytes, target: Buffer, at: number) => any} seal
 *   writes what is sealed, and its tag, into `target`
 * @property {(pending: any[]) => string[] | Promise<string[]>} labels
 * @property {(pending: any[]) => Bytes[] | Promise<Bytes[]>} opened
 * @property {(pending: any[]) => unknown} sealed
 */

/**
 * @typedef {object} Store
 * @property {(query: { claims: string[] }) => Row[] | Promise<Row[]>} read
 * @property {(changes: Change[]) => boolean | Promise<boolean>} write
 */

/** @typedef {{ keyId: Uint8Array, data: Uint8Array, index: Uint8Array }} Keys */

/**
 * @typedef {object} Configuration
 * @property {Readonly<Record<string, { properties: request.Properties }>>} collections
 * @property {Store} store
 * @property {(question: object) => unknown} policy
 * @property {() => number} [clock]
 * @property {number} [maxTokens]
 */

/**
 * A collection with all of it that does not change from call to call.
 * @typedef {object} Collection
 * @property {string} name
 * @property {request.Properties} properties
 * @property {string[]} terms that each of its tokens has
 * @property {Bytes} tokenPrefix
 * @property {Bytes} bodyPurpose
 */

const ROTATE = new Set(["collection", "reason", "tokenIds", "xTenantId"]);
const UPDATE = new Set(["collection", "reason", "tokenIds", "xTenantId", "expirationSecs", "requestBody"]);
const UPDATE_BODY = new Set(["tags", "object"]);
const OBJECT = new Set(["fields"]);

/** A vault of one data key over a suite. */
export class Rival {
  #collections;
  #policy;
  #clock;
  #maxTokens;

  /**
   * @param {Labels} labels
   * @param {Rows} rows
   * @param {Map<string, Collection>} collections
   * @param {Configuration} configuration
   */
  constructor(labels, rows, collections, { policy, clock = Date.now, maxTokens = 10_000 }) {
    this.labels = labels;
    this.rows = rows;
    this.#collections = collections;
    this.#policy = policy;
    this.#clock = clock;
    this.#maxTokens = maxTokens;
  }

  /**
   * @param {Suite} suite
   * @param {Uint8Array} keyId
   * @param {Configuration} configuration
   */
  static async open(suite, keyId, configuration) {
    const labels = new Labels(suite);
    /** @type {Map<string, Collection>} */
    const collections = new Map();
    for (const [name, { properties }] of Object.entries(configuration.collections)) {
      const terms = await labels.of([["all"], ["collection", name]]);
      const bodyPurpose = Buffer.from(`rival/body/1/${name}`);
      collections.set(name, { name, properties, terms, tokenPrefix: tokenPrefix(name), bodyPurpose });
    }
    return new Rival(labels, new Rows(suite, keyId, configuration.store), collections, configuration);
  }

  /** The operations for a caller. @param {unknown} caller */
  as(caller) {
    return {
      tokens: {
        tokenize: (/** @type {unknown} */ parameters) => tokenize(this, caller, parameters),
        detokenize: (/** @type {unknown} */ parameters) => detokenize(this, caller, parameters),
        updateTokens: (/** @type {unknown} */ parameters) => this.#update(caller, parameters),
        rotateTokens: (/** @type {unknown} */ parameters) => this.#rotate(caller, parameters),
      },
    };
  }

  now() {
    return this.#clock();
  }

  /**
   * What all requests have that name tokens.
   * @param {Record<string, unknown>} given
   */
  query(given) {
    const collection = this.collection(given["collection"]);
    const tenants = request.tenants(given["xTenantId"]);
    return { collection, tenants, ids: request.tokenIds(given["tokenIds"], this.#maxTokens) };
  }

  /** @param {unknown} name @returns {Collection} */
  collection(name) {
    if (typeof name !== "string") throw malformed("collection");
    const collection = this.#collections.get(name);
    if (collection === undefined) throw new RivalError("PV1004", "`collection` is unknown");
    return collection;
  }

  /** @param {object} question */
  async ask(question) {
    const decision = /** @type {{ allow?: unknown } | null} */ (await this.#policy(question));
    if (typeof decision !== "object" || decision === null || decision.allow !== true) {
      throw new RivalError("PV1006", "the policy refuses");
    }
  }

  /** @param {Opened} opened @param {string[]} tenants */
  checkTenant({ head }, tenants) {
    if (tenants.length === 0) return;
    const tenant = tenantOf(head);
    if (tenant === null || !tenants.includes(tenant)) {
      throw new RivalError("PV1006", "a token belongs to another tenant");
    }
  }

  /** @param {unknown} caller @param {unknown} parameters @returns {Promise<Record<string, string>>} */
  async #rotate(caller, parameters) {
    const given = request.only(parameters, ROTATE, "parameters");
    const { collection, tenants, ids } = this.query(given);
    await this.ask({
      caller,
      action: "tokens.rotate",
      capabilities: ["CapTokensWriter"],
      checks: [{ operation: "write", resource: `${collection.name}/tokens` }],
      input: "none",
      collection: collection.name,
      tenantIds: tenants,
      reason: request.reason(given["reason"]),
    });
    const claims = await this.labels.claims(collection, ids);
    return this.rows.passes(async () => {
      const now = this.now();
      const count = ids.length;
      const fill = randomFillSync(Buffer.allocUnsafe(count * (UUID_BYTES + NONCE_BYTES)));
      /** @type {string[]} */
      const fresh = new Array(count);
      for (let index = 0; index < count; index += 1) fresh[index] = uuid(fill, index * UUID_BYTES);
      const [opened, freshClaims] = await Promise.all([this.rows.read(claims), this.labels.claims(collection, fresh)]);
      if (opened.includes(undefined)) throw new RivalError("PV3087", "a token is unknown");
      /** @type {Draft[]} */
      const drafts = new Array(count);
      for (let index = 0; index < count; index += 1) {
        const token = /** @type {Opened} */ (opened[index]);
        const { row, bodyAt, head } = token;
        this.checkTenant(token, tenants);
        if (row.expiresAt !== null && row.expiresAt <= now) throw new RivalError("PV1033", "a token is archived");
        drafts[index] = {
          key: row.key,
          version: row.version + 1,
          terms: row.terms,
          claims: [/** @type {string} */ (freshClaims[index])],
          expiresAt: row.expiresAt,
          head: withTokenId(head, /** @type {string} */ (fresh[index])),
          body: row.sealed.subarray(bodyAt),
        };
      }
      const changes = await this.rows.seal(drafts, fill, count * UUID_BYTES);
      return { changes, answer: paired(ids, fresh) };
    });
  }

  /** @param {unknown} caller @param {unknown} parameters @returns {Promise<void>} */
  async #update(caller, parameters) {
    const given = request.only(parameters, UPDATE, "parameters");
    const { collection, tenants, ids } = this.query(given);
    const expiration = request.expiration(given["expirationSecs"]);
    const { tags, object } = request.only(given["requestBody"], UPDATE_BODY, "requestBody");
    const newTags = tags === undefined ? undefined : request.tags(tags);
    const data = object === undefined ? undefined : this.data(collection, object);
    await this.ask({
      caller,
      action: "tokens.update",
      capabilities: ["CapTokensWriter"],
      checks: data?.checks ?? [{ operation: "write", resource: `${collection.name}/tokens` }],
      input: data === undefined ? "none" : "fields",
      collection: collection.name,
      tenantIds: tenants,
      reason: request.reason(given["reason"]),
    });
    const tagBytes = newTags === undefined ? undefined : tagsPart(newTags);
    const [claims, tagTerms] = await Promise.all([
      this.labels.claims(collection, ids),
      this.labels.tags(collection, newTags ?? []),
    ]);
    return this.rows.passes(async () => {
      const now = this.now();
      const fill = randomFillSync(Buffer.allocUnsafe((ids.length + 1) * NONCE_BYTES));
      const [opened, bodies] = await Promise.all([
        this.rows.read(claims),
        data === undefined ? undefined : this.rows.sealBodies(collection, [data.json], fill, ids.length * NONCE_BYTES),
      ]);
      const tokens = opened.filter((token) => token !== undefined).filter(({ row }) => isActive(row, now));
      if (tokens.length === 0) throw new RivalError("PV3009", "no token matches");
      if (data !== undefined && tokens.length > 1) throw new RivalError("VL3001", "data needs exactly one token");
      const expiresAt = expiration.kind === "in" ? now + expiration.millis : null;
      /** @type {Draft[]} */
      const drafts = [];
      /** @type {Map<string | null, string[]>} */
      const termsByTenant = new Map();
      for (const token of tokens) {
        const { row, bodyAt, head } = token;
        this.checkTenant(token, tenants);
        const expires = expiration.kind === "keep" ? row.expiresAt : expiresAt;
        const sameTags = tagBytes === undefined || tagBytes.compare(head, tagsStart(head)) === 0;
        if (bodies === undefined && expires === row.expiresAt && sameTags) continue;
        let terms = row.terms;
        if (!sameTags) {
          const tenant = tenantOf(head);
          const known = termsByTenant.get(tenant);
          terms = known ?? (await this.labels.terms(collection, tenant, tagTerms));
          if (known === undefined) termsByTenant.set(tenant, terms);
        }
        drafts.push({
          key: row.key,
          version: row.version + 1,
          terms,
          claims: row.claims,
          expiresAt: expires,
          head: sameTags ? head : withTags(head, tagBytes),
          body: bodies?.[0] ?? row.sealed.subarray(bodyAt),
        });
      }
      return { changes: await this.rows.seal(drafts, fill, 0), answer: undefined };
    });
  }

  /** New data, and what the policy is asked about it. @param {Collection} collection @param {unknown} object */
  data({ name: collection, properties }, object) {
    const { json, names } = request.fields(request.only(object, OBJECT, "requestBody.object")["fields"], properties);
    const checks = names.map((name) => ({
      operation: "tokenize",
      resource: `${collection}/properties/${name}`,
      type: properties[name]?.type,
    }));
    return { json, checks };
  }
}
