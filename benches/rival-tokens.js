// @ts-check
// Making the tokens that the rival changes, and looking at them afterwards. Not measured.

import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";

import * as request from "./rival-request.js";
import { RivalError, malformed } from "./rival-request.js";
import { LABEL_LENGTH, NONCE_BYTES, headBytes, isActive, readHead } from "./rival-row.js";
import { UUID_BYTES, uuid } from "./rival-token-id.js";

/** @import { Rival } from "./rival.js" */
/** @import { Bytes } from "./rival-row.js" */
/** @import { Draft } from "./rival-rows.js" */

const TOKENIZE = new Set(["collection", "reason", "xTenantId", "requestBody"]);
const TOKENIZE_BODY = new Set(["type", "object", "tags", "token_id"]);
const DETOKENIZE = new Set(["collection", "reason", "tokenIds", "xTenantId"]);
const KEY_BYTES = 17;

/**
 * @param {Rival} rival @param {unknown} caller @param {unknown} parameters
 * @returns {Promise<{ token_id: string }[]>}
 */
export async function tokenize(rival, caller, parameters) {
  const given = request.only(parameters, TOKENIZE, "parameters");
  const collection = rival.collection(given["collection"]);
  const [tenant = null, ...others] = request.tenants(given["xTenantId"]);
  const { requestBody } = given;
  if (others.length > 0) throw malformed("xTenantId");
  if (!Array.isArray(requestBody) || requestBody.length === 0) throw malformed("requestBody");
  const requests = requestBody.map((value) => {
    const { type, object, tags, token_id: id } = request.only(value, TOKENIZE_BODY, "requestBody");
    if (type !== "randomized") throw malformed("requestBody.type");
    const [givenId] = id === undefined ? [] : request.tokenIds([id], 1);
    return { ...rival.data(collection, object), givenId, tags: tags === undefined ? [] : request.tags(tags) };
  });
  await rival.ask({
    caller,
    action: "tokens.tokenize",
    capabilities: ["CapTokensWriter"],
    checks: [...new Map(requests.flatMap(({ checks }) => checks.map((check) => [check.resource, check]))).values()],
    input: "fields",
    collection: collection.name,
    tenantIds: tenant === null ? [] : [tenant],
    reason: request.reason(given["reason"]),
  });
  const created = rival.now();
  const count = requests.length;
  const fill = randomFillSync(Buffer.allocUnsafe(count * (UUID_BYTES + KEY_BYTES + 2 * NONCE_BYTES)));
  const keysAt = count * UUID_BYTES;
  const headNoncesAt = keysAt + count * KEY_BYTES;
  const ids = requests.map(({ givenId }, index) => givenId ?? uuid(fill, index * UUID_BYTES));
  const claims = await rival.labels.claims(collection, ids);
  if ((await rival.rows.read(claims)).some((token) => token !== undefined)) {
    throw new RivalError("VL3010", "a token ID is taken");
  }
  const json = requests.map((one) => one.json);
  const bodies = await rival.rows.sealBodies(collection, json, fill, headNoncesAt + count * NONCE_BYTES);
  /** @type {Draft[]} */
  const drafts = [];
  for (const [index, { tags }] of requests.entries()) {
    const tokenId = /** @type {string} */ (ids[index]);
    const keyAt = keysAt + index * KEY_BYTES;
    drafts.push({
      key: fill.toString("base64url", keyAt, keyAt + KEY_BYTES).slice(0, LABEL_LENGTH),
      version: 1,
      terms: await rival.labels.terms(collection, tenant, await rival.labels.tags(collection, tags)),
      claims: [/** @type {string} */ (claims[index])],
      expiresAt: null,
      head: headBytes({ tokenId, tenant, scope: "default", created, tags }),
      body: /** @type {Bytes} */ (bodies[index]),
    });
  }
  if (!(await rival.rows.commit(await rival.rows.seal(drafts, fill, headNoncesAt)))) {
    throw new RivalError("PV3218", "somebody else wrote at the same time");
  }
  return ids.map((token_id) => ({ token_id }));
}

/** @param {Rival} rival @param {unknown} caller @param {unknown} parameters */
export async function detokenize(rival, caller, parameters) {
  const given = request.only(parameters, DETOKENIZE, "parameters");
  const { collection, tenants, ids } = rival.query(given);
  await rival.ask({
    caller,
    action: "tokens.detokenize",
    capabilities: ["CapTokensDetokenizer"],
    checks: Object.entries(collection.properties).flatMap(([name, { type }]) => [
      { operation: "detokenize", resource: `${collection.name}/properties/${name}`, type },
      { operation: "read", resource: `${collection.name}/properties/${name}`, type },
    ]),
    input: "token",
    collection: collection.name,
    tenantIds: tenants,
    reason: request.reason(given["reason"]),
  });
  const now = rival.now();
  const opened = await rival.rows.read(await rival.labels.claims(collection, ids));
  const tokens = opened.filter((token) => token !== undefined).filter(({ row }) => isActive(row, now));
  for (const token of tokens) rival.checkTenant(token, tenants);
  const bodies = await rival.rows.openBodies(collection, tokens);
  return tokens.map(({ row, head }, index) => {
    const { tokenId, tags } = readHead(head);
    return { token_id: tokenId, fields: JSON.parse(String(bodies[index])), tags, expiresAt: row.expiresAt };
  });
}
