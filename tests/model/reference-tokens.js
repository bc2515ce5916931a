// @ts-check
// The token operations of semantics.md, between policy and audit.

import { cardShape, derivedId } from "./reference-card.js";
import { checkOnTokens, checksOn, permitInputs, propertyOf, readProjection } from "./reference-input.js";
import { contentOf } from "./reference-rows.js";
import { findTransaction, keep } from "./reference-transactions.js";
import { Refusal } from "./refusal.js";
import { canonical, digitsOf, transform } from "./values.js";

/** @import { Call } from "./reference-call.js" */
/** @import { Done } from "./reference-vault.js" */
/** @import { Token } from "./state.js" */
/** @import { Data } from "./reference-input.js" */
/** @import { Symbolic } from "./symbols.js" */

/** @param {Call} call @returns {Done} */
export function tokenize(call) {
  /** @type {any[]} */
  const requests = call.request.requestBody;
  const { repeated, opened } = permitInputs(call, requests, {
    capabilities: ["CapTokensWriter"],
    operations: () => ["tokenize"],
    storeless: requests.length === 0,
  });
  if (repeated) return repeated;
  if (requests.length === 0) return { answer: [], tokens: 0 };
  const drafts = requests.map((request, position) => {
    const { data, tenant } = /** @type {Data} */ (opened[position]);
    return { request, data, tenant, card: cardShape(call, request, data) };
  });
  refuseTwice(
    call,
    requests.flatMap(({ token_id }) => token_id ?? []),
    "VL3010",
  );
  const ensured = drafts.flatMap(({ request, tenant }) =>
    (request.ensure_unique_tenant_tags ?? []).map((/** @type {string} */ tag) => canonical([tenant, tag])),
  );
  refuseTwice(call, ensured, "VL3007");
  const before = new Map(call.tokens().map((token) => [token.key, contentOf(token)]));
  const made = drafts.map((draft) => tokenizeOne(call, draft));
  for (const [position, token] of made.entries())
    refuseShared(call, token, requests[position].ensure_unique_tenant_tags);
  // As in an update: one that was there and changes takes along all that were there.
  const reused = [...new Set(made)].filter(({ key }) => before.has(key));
  const changes = reused.some((token) => contentOf(token) !== before.get(token.key));
  if (changes) for (const token of reused) token.writtenAnew += 1;
  call.settle();
  return keep(call, { answer: made.map(({ id }) => ({ token_id: id })), tokens: made.length });
}

/** @param {Call} call @param {string[]} values @param {string} code */
function refuseTwice(call, values, code) {
  if (new Set(values).size < values.length) call.report(new Refusal(code));
}

/** @param {Call} call @param {Data & { request: any, card: Symbolic["card"] }} draft @returns {Token} */
function tokenizeOne(call, { request, data, tenant, card }) {
  const { type, token_id, scope = "default", tags = [], ensure_unique_tenant_tags: ensured = [] } = request;
  const { collection, now } = call;
  const fresh = { collection, type, scope, tenant, data };
  const id = type === "deterministic" ? derivedId(call, fresh, card) : undefined;
  const found = id ? call.tokens().find((token) => isId(token, id)) : type !== "randomized" && findSame(call, fresh);
  const existing = found || undefined;
  if (
    existing &&
    (existing.type !== type || (type === "deterministic" && canonical(existing.data) !== canonical(data)))
  ) {
    call.report(new Refusal("VL3010"));
  }
  const right = id ?? existing?.id;
  if (token_id !== undefined && right && right.real !== token_id) call.report(new Refusal("VL3010"));
  if (token_id !== undefined && !right && findById(call, token_id)) call.report(new Refusal("VL3010"));

  const { expirationSecs } = call.request;
  const byDefault = call.after(call.settings.tokenTtlSecs ?? "never");
  if (existing) {
    existing.tags = union(existing.tags, tags);
    if (existing.tags.length > call.settings.maxTags) call.report(new Refusal("PV1012"));
    existing.expires = expirationSecs !== undefined ? call.after(expirationSecs) : later(existing.expires, byDefault);
    existing.unique = union(existing.unique, ensured);
    return existing;
  }
  /** @type {Token} */
  const token = {
    ...fresh,
    key: call.serial(),
    version: 0,
    id: id ?? givenId(call, token_id) ?? (card ? call.symbol("card", { card }) : call.symbol("random")),
    tags: union([], tags),
    unique: union([], ensured),
    created: now,
    expires: expirationSecs !== undefined ? call.after(expirationSecs) : byDefault,
    writtenAnew: 0,
  };
  call.state.tokens.push(token);
  return token;
}

/** @param {Call} call @param {string | undefined} real */
const givenId = (call, real) => (real === undefined ? undefined : call.symbol("given", { real }));

/** @param {number | null} one @param {number | null} other null is never, later than any time */
const later = (one, other) => (one === null || other === null ? null : Math.max(one, other));

/** @param {string[]} one @param {string[]} other */
const union = (one, other) => [...new Set([...one, ...other])];

/** @param {Token} token @param {Symbolic} id */
const isId = (token, id) => token.id === id || (id.real !== null && token.id.real === id.real);

/** @param {Call} call @param {string} real */
const findById = (call, real) => call.tokens().find(({ id }) => id.real === real);

/**
 * The token of this type, collection, tenant, scope and data.
 * @param {Call} call
 * @param {Pick<Token, "collection" | "type" | "scope" | "tenant" | "data">} wanted
 */
function findSame(call, wanted) {
  const same = (/** @type {Pick<Token, "type" | "scope" | "tenant" | "data">} */ { type, scope, tenant, data }) =>
    canonical([type, scope, tenant, data]);
  return call.tokens().find((token) => same(token) === same(wanted));
}

/**
 * Refuses tags that are on another token of the tenant.
 * @param {Call} call
 * @param {Token} token
 * @param {string[]} [ensured]
 */
function refuseShared(call, token, ensured = []) {
  const others = call.tokens().filter((other) => other.key !== token.key && other.tenant === token.tenant);
  if (others.some(({ tags }) => tags.some((tag) => ensured.includes(tag)))) call.report(new Refusal("VL3007"));
}

/**
 * A list that came out empty matches nothing, and the store is not asked.
 * @param {{ tokenIds?: string[], tags?: string[] }} query
 */
const isOfNothing = ({ tokenIds, tags }) => tokenIds?.length === 0 || tags?.length === 0;

/**
 * The tokens that a query means, and whether their order is that of the IDs asked for. A token outside the tenants
 * refuses all; `refuse` says so when the policy has allowed.
 * @param {Call} call
 * @param {{ tokenIds?: string[], tags?: string[] }} query
 */
function find(call, { tokenIds, tags }) {
  if (isOfNothing({ tokenIds, tags })) return { tokens: [], ordered: true, refuse: () => {} };
  const archived = call.request.options?.includes("archived") ?? false;
  const alsoIn = call.request.tenantId;
  const outside = (/** @type {Token} */ { tenant }) =>
    call.isOutside(tenant) || (alsoIn !== undefined && tenant !== alsoIn);
  const matches = (/** @type {Token} */ token) =>
    call.isArchived(token) === archived && (tags ?? []).every((tag) => token.tags.includes(tag));
  if (tokenIds === undefined) {
    const found = tags === undefined ? [] : call.tokens().filter((token) => !outside(token) && matches(token));
    call.limit(found.length);
    call.settle();
    return { tokens: found, ordered: false, refuse: () => {} };
  }
  call.limit(tokenIds.length);
  call.settle();
  const named = tokenIds.flatMap((real) => findById(call, real) ?? []);
  const refuse = () => {
    if (named.some(outside)) throw new Refusal("PV1006");
  };
  return { tokens: named.filter(matches), ordered: true, refuse };
}

/** @param {Call} call @param {{ tokenIds?: string[], tags?: string[] }} query */
function select(call, query) {
  const { refuse, ...found } = find(call, query);
  refuse();
  return found;
}

/**
 * Answers about tokens, in the order of the query.
 * @param {Token[]} tokens
 * @param {boolean} ordered
 * @param {(token: Token) => any} about
 */
function answerOn(tokens, ordered, about) {
  const answers = tokens.map(about);
  return ordered ? answers : { anyOrder: answers, keys: tokens.map(({ key }) => key) };
}

/** @param {Token} token @param {boolean} aggregated */
function metadataOf({ type, scope, id, created, expires, tenant, tags }, aggregated) {
  const times = { expiration_time: { time: expires }, effective_expiration_time: { time: expires } };
  return {
    type,
    scope,
    token_id: id,
    tokens: [
      {
        creation_time: { time: created },
        ...times,
        ...(tenant === null ? {} : { effective_tenant_id: tenant }),
        tags,
      },
    ],
    ...(aggregated ? { agg: { max_effective_expiration_time: { time: expires } } } : {}),
  };
}

/** @param {Call} call @returns {Done} */
export function detokenize(call) {
  const { tokenIds, props, options = [] } = call.request;
  /** @type {ReturnType<typeof readProjection>[] | undefined} */
  let projections;
  const operations = ["detokenize", "read"];
  /** @type {ReturnType<typeof find>} */
  let selected = { tokens: [], ordered: true, refuse: () => {} };
  const readable = () => selected.tokens.filter(({ type }) => type !== "pci_oneway");
  call.permit({
    capabilities: ["CapTokensDetokenizer"],
    input: "token",
    checks: props ? checksOn(call, operations, props) : null,
    look: () => {
      projections = props?.map((/** @type {string} */ prop) => readProjection(call, prop));
      call.settle();
    },
    open: () => {
      selected = find(call, call.request);
      if (readable().length === 0) return null;
      return checksOn(
        call,
        operations,
        readable().flatMap(({ data }) => Object.keys(data).sort()),
      );
    },
    finish: () => {
      for (const name of readable().flatMap(({ data }) => (props ? [] : Object.keys(data)))) propertyOf(call, name);
      call.settle();
      selected.refuse();
      if (tokenIds && readable().length < selected.tokens.length) throw new Refusal("VL3008");
    },
  });
  const answer = answerOn(readable(), selected.ordered, (token) => ({
    token_id: token.id,
    fields: project(call, token.data, projections),
    ...(options.includes("include_metadata")
      ? { metadata: metadataOf(token, options.includes("include_aggregated_data")) }
      : {}),
  }));
  return { answer, tokens: readable().length };
}

/**
 * What is asked for of the data; what it does not hold is left out.
 * @param {Call} call
 * @param {Record<string, any>} data
 * @param {ReturnType<typeof readProjection>[] | undefined} projections
 */
export function project(call, data, projections) {
  if (projections === undefined) return data;
  const held = projections.filter(({ name }) => Object.hasOwn(data, name));
  return Object.fromEntries(
    held.map(({ prop, name, type, transformer }) => [
      prop,
      transformer === null ? data[name] : transform(type, transformer, data[name], call.now),
    ]),
  );
}

/** @param {Call} call @returns {Done} */
export function update(call) {
  const { expirationSecs, requestBody } = call.request;
  const { tags, ensure_unique_tenant_tags: ensured = [], object } = requestBody;
  const capabilities = ["CapTokensWriter"];
  /** @type {Data | undefined} */
  let input;
  let repeated;
  const storeless = isOfNothing(call.request);
  if (object) {
    const rights = { capabilities, operations: () => ["tokenize"], tenants: false, storeless };
    const permitted = permitInputs(call, [requestBody], rights);
    repeated = permitted.repeated;
    [input] = permitted.opened;
  } else {
    repeated = call.permit({ capabilities, input: "none", checks: checkOnTokens(call, "write"), storeless });
  }
  if (repeated) return repeated;

  const { tokens } = select(call, call.request);
  const [first] = tokens;
  if (first === undefined) throw new Refusal("PV3009");
  const before = tokens.map(contentOf);
  if (input && tokens.length > 1) call.report(new Refusal("VL3001"));
  else if (input && first.type === "deterministic") call.report(new Refusal("VL3002", { type: first.type }));
  else if (input) replaceData(call, first, input.data);
  if (ensured.length > 0 && tokens.length > 1) call.report(new Refusal("VL3007"));
  for (const token of tokens) {
    if (tags) token.tags = union([], tags);
    if (tags) token.unique = union([], ensured);
    if (expirationSecs !== undefined) token.expires = call.after(expirationSecs);
    refuseShared(call, token, ensured);
  }
  // One that changes takes all others along, each to its next version.
  const changes = tokens.some((token, index) => contentOf(token) !== before[index]);
  if (changes) for (const token of tokens) token.writtenAnew += 1;
  call.settle();
  return keep(call, { answer: undefined, tokens: tokens.length });
}

/** @param {Call} call @param {Token} token @param {Record<string, any>} data */
function replaceData(call, token, data) {
  const { id } = token;
  const randomized = token.type === "randomized";
  if (!randomized && canonical(token.data) === canonical(data)) return;
  const numbers = Object.entries(data).filter(([name]) => call.properties[name]?.type === "CC_NUMBER");
  if (id.card && numbers.some(([, number]) => digitsOf(number) === id.real)) call.report(new Refusal("VL3011"));
  if (randomized) token.writtenAnew += 1;
  else if (findSame(call, { ...token, data })) call.report(new Refusal("VL3006"));
  token.data = data;
}

/** @param {Call} call @returns {Done} */
export function rotate(call) {
  /** @type {string[]} */
  const tokenIds = call.request.tokenIds;
  const repeated = call.permit({
    capabilities: ["CapTokensWriter"],
    input: "none",
    checks: checkOnTokens(call, "write"),
    storeless: tokenIds.length === 0,
  });
  if (repeated) return repeated;
  if (tokenIds.length === 0) return { answer: {}, tokens: 0 };
  call.limit(tokenIds.length);
  call.settle();
  const unknown = tokenIds.filter((real) => !findById(call, real));
  if (unknown.length > 0) throw new Refusal("PV3087", { token_ids: unknown.join() });
  const tokens = tokenIds.map((real) => /** @type {Token} */ (findById(call, real)));
  if (tokens.some(({ tenant }) => call.isOutside(tenant))) throw new Refusal("PV1006");
  if (tokens.some((token) => call.isArchived(token))) throw new Refusal("PV1033");
  const pairs = tokens.map((token) => {
    const old = token.id;
    token.id = old.card ? call.symbol("card", { card: { ...old.card } }) : call.symbol("random");
    return [old, token.id];
  });
  return keep(call, { answer: { pairs }, tokens: tokens.length });
}

/** @param {Call} call @returns {Done} */
export function search(call) {
  const { requestBody, options = [] } = call.request;
  call.permit({ capabilities: ["CapTokensReader"], input: "none", checks: checkOnTokens(call, "read") });
  const { tokens, ordered } = select(call, { tokenIds: requestBody.token_ids, tags: requestBody.tags });
  const aggregated = options.includes("include_aggregated_data");
  return { answer: answerOn(tokens, ordered, (token) => metadataOf(token, aggregated)), tokens: tokens.length };
}

/** @param {Call} call @returns {Done} */
export function remove(call) {
  call.permit({ capabilities: ["CapTokensWriter"], input: "none", checks: checkOnTokens(call, "delete") });
  const { tokens } = select(call, call.request);
  if (tokens.length === 0) throw new Refusal("PV3009");
  call.state.tokens = call.state.tokens.filter((token) => !tokens.includes(token));
  return { answer: undefined, tokens: tokens.length };
}

/** @param {Call} call @returns {Done} */
export function count(call) {
  call.permit({ capabilities: ["CapTokensReader"], input: "none", checks: checkOnTokens(call, "stats") });
  const tokens = call.tokens().filter(({ tenant }) => !call.isOutside(tenant));
  const archived = tokens.filter((token) => call.isArchived(token)).length;
  const total = tokens.length;
  return { answer: { active: total - archived, archived, total }, tokens: total };
}

/** @param {Call} call @returns {Done} */
export function getByTransactionId(call) {
  call.permit({ capabilities: ["CapTransactionIdReader"], input: "none", checks: checkOnTokens(call, "read") });
  const found = findTransaction(call, "tokens.tokenize", call.request.id);
  /** @type {{ token_id: Symbolic }[]} */
  const made = found?.answer ?? [];
  return { answer: { ref_ids: made.map(({ token_id }) => token_id) }, tokens: made.length };
}
