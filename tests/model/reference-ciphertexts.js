// @ts-check
// The ciphertext operations of semantics.md, between policy and audit.

import { cardShape, derivedId } from "./reference-card.js";
import {
  checkCiphertext,
  checkFields,
  checksOn,
  openCiphertext,
  permitInputs,
  pick,
  propertyOf,
  readProjection,
} from "./reference-input.js";
import { project } from "./reference-tokens.js";
import { malformed } from "./strict.js";

/** @import { Call } from "./reference-call.js" */
/** @import { Done } from "./reference-vault.js" */
/** @import { Ciphertext } from "./state.js" */

/** Out of a ciphertext, what can be compared with guesses needs the right to decrypt. @param {any} request */
const isCiphertext = ({ object }) => object.encrypted !== undefined;

/** @param {Call} call @returns {Done} */
export function encrypt(call) {
  /** @type {any[]} */
  const requestBody = call.request.requestBody;
  const { expirationSecs = "never" } = call.request;
  const needsDecrypt = (/** @type {any} */ request) => isCiphertext(request) && request.type === "deterministic";
  const { opened } = permitInputs(call, requestBody, {
    capabilities: [...(requestBody.some(needsDecrypt) ? ["CapCryptoDecrypter"] : []), "CapCryptoEncrypter"],
    operations: (request) => (needsDecrypt(request) ? ["decrypt", "encrypt"] : ["encrypt"]),
  });
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
  const archived = options.includes("archived");
  /** @type {(ReturnType<typeof readProjection>[] | undefined)[]} */
  let projections = [];
  /** @type {(Ciphertext | undefined)[]} */
  let opened = [];
  const props = () =>
    requestBody.flatMap(({ props }, position) => props ?? Object.keys(opened[position]?.data ?? {}).sort());
  const known = requestBody.every(({ props }) => props !== undefined);
  call.permit({
    capabilities: ["CapCryptoDecrypter"],
    input: "encrypted",
    checks: known ? checksOn(call, ["decrypt"], props()) : null,
    look: () => {
      call.limit(requestBody.length);
      projections = requestBody.map(({ props }) =>
        props?.map((/** @type {string} */ prop) => readProjection(call, prop)),
      );
      call.settle();
    },
    open: () => {
      opened = requestBody.map(({ encrypted_object }) => openCiphertext(call, encrypted_object));
      call.settle();
      return checksOn(call, ["decrypt"], props());
    },
    finish: () => {
      for (const [position, { encrypted_object }] of requestBody.entries())
        checkCiphertext(call, encrypted_object, opened[position], { archived });
      call.settle();
    },
  });
  const answer = opened.flatMap((found, position) => {
    if (found === undefined) return [];
    const { type, scope, expires, tags, data } = found;
    const metadata = { type, scope, expiration: { time: expires }, tags };
    const fields = project(call, data, projections[position]);
    return { fields, ...(options.includes("include_metadata") ? { metadata } : {}) };
  });
  return { answer, tokens: requestBody.length };
}

/** @param {Call} call @returns {Done} */
export function updateEncrypted(call) {
  /** @type {any[]} */
  const requestBody = call.request.requestBody;
  const operations = ["decrypt", "encrypt"];
  /** @type {(Ciphertext | undefined)[]} */
  let sources = [];
  /** @type {Record<string, any>[]} */
  let given = [];
  /** @type {Omit<Ciphertext, "id" | "collection">[]} */
  let made = [];
  const props = () =>
    requestBody.flatMap(({ fields, props }, position) => {
      const written = Object.keys(fields).filter((name) => fields[name] !== null);
      return props ?? [...Object.keys(sources[position]?.data ?? {}), ...written];
    });
  const known = requestBody.every(({ props }) => props !== undefined);
  call.permit({
    capabilities: ["CapCryptoDecrypter", "CapCryptoEncrypter"],
    input: "encrypted",
    checks: known ? checksOn(call, operations, props()) : null,
    look: () => {
      call.limit(requestBody.length);
      for (const { fields, props = [] } of requestBody)
        for (const name of [...Object.keys(fields), ...props]) propertyOf(call, name);
      call.settle();
      given = requestBody.map(({ fields }) => checkFields(call, fields));
      call.settle();
    },
    open: () => {
      sources = requestBody.map(({ encrypted_object }) => openCiphertext(call, encrypted_object));
      call.settle();
      return checksOn(call, operations, props());
    },
    finish: () => {
      const archived = call.request.options?.includes("archived") ?? false;
      const data = requestBody.map(({ props }, position) =>
        pick(call, { ...sorted(sources[position]?.data ?? {}), ...given[position] }, props),
      );
      call.settle();
      for (const [position, { encrypted_object }] of requestBody.entries())
        checkCiphertext(call, encrypted_object, sources[position], { archived });
      call.settle();
      made = sources.flatMap((source, position) =>
        source ? change(call, requestBody[position], position, source, data[position] ?? {}) : [],
      );
      call.settle();
    },
  });
  return { answer: made.map((content) => seal(call, content)), tokens: requestBody.length };
}

/**
 * What a ciphertext becomes.
 * @param {Call} call
 * @param {any} request
 * @param {number} position
 * @param {Ciphertext} source
 * @param {Record<string, any>} data
 * @returns {Omit<Ciphertext, "id" | "collection">}
 */
function change(call, { type, scope }, position, source, data) {
  const { expirationSecs } = call.request;
  const made = {
    type: type ?? source.type,
    scope: scope ?? source.scope,
    tenant: source.tenant,
    tags: source.tags,
    expires: expirationSecs === undefined ? source.expires : call.after(expirationSecs),
    data,
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
  const { collection } = call.request;
  /** @type {any[]} */
  const requestBody = call.request.requestBody;
  const { opened } = permitInputs(call, requestBody, {
    capabilities: [...(requestBody.some(isCiphertext) ? ["CapCryptoDecrypter"] : []), "CapCryptoHasher"],
    operations: (request) => (isCiphertext(request) ? ["decrypt", "hash"] : ["hash"]),
  });
  const answer = opened.map(({ data, tenant }, position) => {
    const { scope = "default", ...request } = requestBody[position];
    const card = cardShape(call, request, data);
    return { token_id: derivedId(call, { collection, scope, tenant, data }, card) };
  });
  call.settle();
  return { answer, tokens: requestBody.length };
}
