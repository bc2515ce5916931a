// @ts-check
// The ciphertext operations of semantics.md, between policy and audit.

import { cardShape, derivedId } from "./reference-card.js";
import {
  checkFields,
  checksOn,
  openCiphertext,
  permitInputs,
  pick,
  propertyOf,
  readInput,
  readProjection,
} from "./reference-input.js";
import { project } from "./reference-tokens.js";
import { malformed } from "./strict.js";

/** @import { Call } from "./reference-call.js" */
/** @import { Done } from "./reference-vault.js" */
/** @import { Ciphertext } from "./state.js" */
/** @import { Data } from "./reference-input.js" */

/** @param {Call} call @returns {Done} */
export function encrypt(call) {
  const { requestBody, expirationSecs = "never" } = call.request;
  call.limit(requestBody.length);
  const inputs = requestBody.map((/** @type {any} */ request) => readInput(call, request, { tenants: "of the call" }));
  const { opened } = permitInputs(call, inputs, { capabilities: ["CapCryptoEncrypter"], operations: ["encrypt"] });
  const expires = call.after(expirationSecs);
  const answer = opened.map(({ data, tenant }, position) => {
    const { type = "randomized", scope = "default", tags = [] } = requestBody[position];
    return seal(call, { type, scope, tenant, tags, expires, data });
  });
  return { answer, tokens: requestBody.length };
}

/** @param {Call} call @param {Omit<Ciphertext, "id" | "collection">} content */
function seal(call, content) {
  const { collection } = call;
  const { type, scope, tenant, data } = content;
  const id =
    type === "randomized"
      ? call.symbol("ciphertext")
      : call.derivedSymbol("ciphertext", [collection, tenant, scope, data]);
  if (!call.state.ciphertexts.some((known) => known.id === id))
    call.state.ciphertexts.push({ ...content, id, collection });
  return { ciphertext: id };
}

/** @param {Call} call @returns {Done} */
export function decrypt(call) {
  const { options = [] } = call.request;
  /** @type {any[]} */
  const requestBody = call.request.requestBody;
  call.limit(requestBody.length);
  /** @type {(ReturnType<typeof readProjection>[] | undefined)[]} */
  const projections = requestBody.map(({ props }) =>
    props?.map((/** @type {string} */ prop) => readProjection(call, prop)),
  );
  const archived = options.includes("archived");
  /** @type {Ciphertext[]} */
  let opened = [];
  const open = () => {
    opened = requestBody.flatMap(({ encrypted_object }) => openCiphertext(call, encrypted_object, { archived }) ?? []);
    call.settle();
    const props = opened.flatMap(({ data }, position) => requestBody[position].props ?? Object.keys(data).sort());
    return checksOn(call, ["decrypt"], props);
  };
  const known = requestBody.every(({ props }) => props !== undefined);
  call.permit({
    capabilities: ["CapCryptoDecrypter"],
    input: "encrypted",
    checks: known
      ? checksOn(
          call,
          ["decrypt"],
          requestBody.flatMap(({ props }) => props),
        )
      : null,
    open,
  });
  const answer = opened.map(({ type, scope, expires, tags, data }, position) => ({
    fields: project(call, data, projections[position]),
    ...(options.includes("include_metadata") ? { metadata: { type, scope, expiration: { time: expires }, tags } } : {}),
  }));
  return { answer, tokens: requestBody.length };
}

/** @param {Call} call @returns {Done} */
export function updateEncrypted(call) {
  /** @type {any[]} */
  const requestBody = call.request.requestBody;
  call.limit(requestBody.length);
  const operations = ["decrypt", "encrypt"];
  /** @type {Record<string, any>[]} */
  const fields = requestBody.map((request) => {
    for (const prop of request.props ?? []) propertyOf(call, prop);
    return checkFields(call, request.fields);
  });
  /** @type {Omit<Ciphertext, "id" | "collection">[]} */
  let made = [];
  const open = () => {
    made = requestBody.flatMap((request, position) => change(call, request, position, fields[position] ?? {}) ?? []);
    call.settle();
    return checksOn(
      call,
      operations,
      made.flatMap(({ data }, position) => requestBody[position].props ?? Object.keys(data)),
    );
  };
  const known = requestBody.every(({ props }) => props !== undefined);
  call.permit({
    capabilities: ["CapCryptoDecrypter", "CapCryptoEncrypter"],
    input: "encrypted",
    checks: known
      ? checksOn(
          call,
          operations,
          requestBody.flatMap(({ props }) => props),
        )
      : null,
    open,
  });
  return { answer: made.map((content) => seal(call, content)), tokens: requestBody.length };
}

/**
 * What a ciphertext becomes.
 * @param {Call} call
 * @param {any} request
 * @param {number} position
 * @param {Record<string, any>} fields
 * @returns {Omit<Ciphertext, "id" | "collection"> | undefined} nothing, if there is a problem
 */
function change(call, { encrypted_object, type, scope, props }, position, fields) {
  const { expirationSecs, options } = call.request;
  const source = openCiphertext(call, encrypted_object, { archived: options !== undefined });
  if (source === undefined) return undefined;
  const made = {
    type: type ?? source.type,
    scope: scope ?? source.scope,
    tenant: source.tenant,
    tags: source.tags,
    expires: expirationSecs === undefined ? source.expires : call.after(expirationSecs),
    data: pick(call, { ...sorted(source.data), ...fields }, props),
  };
  if (made.type === "deterministic") {
    if (expirationSecs !== undefined) call.report(malformed("expirationSecs"));
    else if (made.tags.length > 0 || made.expires !== null) call.report(malformed(`requestBody[${position}].type`));
  }
  return made;
}

/** As a ciphertext keeps it. @param {Record<string, any>} data */
const sorted = (data) => Object.fromEntries(Object.entries(data).sort(([one], [other]) => (one < other ? -1 : 1)));

/** @param {Call} call @returns {Done} */
export function hash(call) {
  const { requestBody, collection } = call.request;
  call.limit(requestBody.length);
  const inputs = requestBody.map((/** @type {any} */ request) => readInput(call, request, { tenants: "of the call" }));
  const { opened } = permitInputs(call, inputs, { capabilities: ["CapCryptoHasher"], operations: ["hash"] });
  const answer = opened.map(({ data, tenant }, position) => {
    const { scope = "default", ...request } = requestBody[position];
    const card = cardShape(call, request, data);
    return { token_id: derivedId(call, { collection, scope, tenant, data }, card) };
  });
  return { answer, tokens: requestBody.length };
}
