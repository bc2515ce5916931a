// @ts-check
// The form of each operation's request: step 1 of semantics.md, "Parse strictly".

import { Refusal } from "./refusal.js";
import * as strict from "./strict.js";

/** @import { Holds, Reader } from "./strict.js" */

const { listOf, malformed, notImplemented, object, oneOf, required, setOf, text, textLike } = strict;

const anyText = text(0, Infinity);
const label = text(1, 256);
const note = text(0, 1_024);
const tokenId = textLike(/^[A-Za-z0-9_-]{1,128}$/);
const tokenIds = setOf(tokenId);
const queryTags = setOf(label, 0, 100);
const objectIds = notImplemented(listOf(anyText));
const props = setOf(anyText, 1);
const derivedUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** @type {(...names: string[]) => Reader} */
const options = (...names) => setOf(oneOf(...names));

/** Seconds, or never. @type {Reader} */
const expirationSecs = (value, path, report) => {
  const digits = textLike(/^([0-9]{1,10})?$/)(value, path, report);
  if (Number(digits) > 3_153_600_000) report(malformed(path));
  return digits === "" ? "never" : Number(digits);
};

const encrypted = object({ ciphertext: required(anyText), scope: label });

/** Property values, unread; a tenant among them is read. @type {Reader} */
const fields = (value, path, report) => {
  const read = strict.anyObject(value, path, report);
  if (read !== undefined && Object.hasOwn(read, "_tenant_id")) label(read._tenant_id, `${path}._tenant_id`, report);
  return read;
};

/** Exactly one of its members. */
const inputObject = object(
  { fields, encrypted, request_index: strict.index, id: notImplemented(anyText) },
  (members, pathOf, report) => {
    if (Object.keys(members).length !== 1) report(malformed(pathOf("").slice(0, -1)));
  },
);

/** A request's input: its object and which properties of it. */
const input = { object: required(inputObject), props };

const common = {
  collection: required(anyText),
  reason: anyText,
  adhocReason: note,
  customAudit: note,
  reloadCache: strict.boolean,
  xTenantId: setOf(label, 1, 100),
};

const cardShape = { fptemplate: oneOf("primary_account_number"), fpprops: listOf(anyText) };

/** @type {Holds} */
function cardShapeHolds(members, pathOf, report) {
  const wrong = "fptemplate" in members !== "fpprops" in members || ("fptemplate" in members && "token_id" in members);
  // Either of two that do not go together may be named.
  if (wrong) for (const name of ["fptemplate", "fpprops", "token_id"]) report(malformed(pathOf(name)));
}

/** @type {Holds} */
function hashHolds(members, pathOf, report) {
  cardShapeHolds(members, pathOf, report);
  inputHolds(members, pathOf, report);
}

/** @type {Holds} */
function ensuredHolds({ tags = [], ensure_unique_tenant_tags: ensured = [] }, pathOf, report) {
  if (ensured.some((/** @type {string} */ tag) => !tags.includes(tag)))
    report(malformed(pathOf("ensure_unique_tenant_tags")));
}

/** Of a missing object the properties wanted of it may be named. @type {Holds} */
function inputHolds(members, pathOf, report) {
  if (!("object" in members) && "props" in members) report(malformed(pathOf("props")));
}

/** @type {Holds} */
function noTenant({ object, fields = object?.fields }, pathOf, report) {
  if (fields !== undefined && Object.hasOwn(fields, "_tenant_id"))
    report(malformed(pathOf(`${object ? "object." : ""}fields._tenant_id`)));
}

/** `deterministic` takes no tags and no `expirationSecs`. @type {Holds} */
function deterministicIsBare({ requestBody = [], expirationSecs }, pathOf, report) {
  for (const [position, request] of requestBody.entries()) {
    if (request?.type !== "deterministic") continue;
    if (expirationSecs !== undefined) report(malformed("expirationSecs"));
    if (request.tags?.length > 0) report(malformed(`requestBody[${position}].tags`));
  }
}

/**
 * An array of requests. A `request_index` names one that has its own input, and is replaced by that.
 * @type {(request: Reader) => Reader}
 */
const batchOf = (request) =>
  required((value, path, report) => {
    const requests = listOf(request)(value, path, report);
    return requests?.map((/** @type {any} */ each, /** @type {number} */ position) => {
      const named = each?.object?.request_index;
      if (named === undefined) return each;
      const source = requests[named]?.object;
      if (source === undefined || "request_index" in source)
        report(malformed(`${path}[${position}].object.request_index`));
      return { ...each, object: source };
    });
  });

/** @type {Map<number, Record<string, Reader>>} */
const made = new Map();

/**
 * The forms of all operations, where a token may have so many tags.
 * @param {number} maxTags
 */
export function formsFor(maxTags) {
  const forms = made.get(maxTags) ?? makeForms(maxTags);
  made.set(maxTags, forms);
  return forms;
}

/** @param {number} maxTags @returns {Record<string, Reader>} */
function makeForms(maxTags) {
  const tags = setOf(label, 0, maxTags);
  const archived = options("archived");
  const query = { tokenIds, tags: queryTags, objectIds };

  const tokenizeRequest = object(
    {
      type: required(oneOf("pci", "pci_oneway", "pointer", "randomized", "deterministic")),
      ...input,
      scope: label,
      tags,
      ensure_unique_tenant_tags: tags,
      token_id: tokenId,
      store_object: strict.boolean,
      ...cardShape,
    },
    (members, pathOf, report) => {
      ensuredHolds(members, pathOf, report);
      cardShapeHolds(members, pathOf, report);
      inputHolds(members, pathOf, report);
      const { type, scope, token_id, store_object } = members;
      const globalPci = type?.startsWith("pci") && scope?.startsWith("global:");
      if (type === "pointer" || store_object || globalPci) report(new Refusal("PV2001"));
      if (type !== "deterministic" && derivedUuid.test(token_id ?? "")) report(malformed(pathOf("token_id")));
    },
  );

  const updateRequest = object(
    { tags, ensure_unique_tenant_tags: tags, object: inputObject, props },
    (members, pathOf, report) => {
      ensuredHolds(members, pathOf, report);
      noTenant(members, pathOf, report);
      if (members.object?.request_index !== undefined) report(malformed(pathOf("object.request_index")));
      inputHolds(members, pathOf, report);
    },
  );

  const encryptionType = oneOf("randomized", "deterministic");
  const encryptedObject = required(encrypted);

  return {
    "tokens.tokenize": object({
      ...common,
      requestBody: batchOf(tokenizeRequest),
      expirationSecs,
      transactionId: label,
    }),
    "tokens.detokenize": object({
      ...common,
      ...query,
      props,
      options: options("include_metadata", "include_aggregated_data"),
    }),
    "tokens.update": object({
      ...common,
      ...query,
      options: archived,
      expirationSecs,
      transactionId: label,
      requestBody: required(updateRequest),
    }),
    "tokens.rotate": object({ ...common, tokenIds: required(tokenIds), transactionId: label }),
    "tokens.search": object({
      ...common,
      requestBody: required(object({ token_ids: tokenIds, tags: queryTags, object_ids: objectIds })),
      options: options("archived", "include_aggregated_data"),
    }),
    "tokens.delete": object({ ...common, ...query, tenantId: label, options: archived }),
    "tokens.count": object(common),
    "tokens.transaction": object({ ...common, id: required(label) }),
    "crypto.encrypt": object(
      {
        ...common,
        requestBody: batchOf(object({ type: encryptionType, ...input, scope: label, tags }, inputHolds)),
        expirationSecs,
      },
      deterministicIsBare,
    ),
    "crypto.decrypt": object({
      ...common,
      requestBody: required(listOf(object({ encrypted_object: encryptedObject, props }))),
      options: options("archived", "include_metadata"),
    }),
    "crypto.updateEncrypted": object(
      {
        ...common,
        requestBody: required(
          listOf(
            object(
              {
                type: encryptionType,
                encrypted_object: encryptedObject,
                fields: required(fields),
                props,
                scope: label,
              },
              noTenant,
            ),
          ),
        ),
        options: archived,
        expirationSecs,
      },
      deterministicIsBare,
    ),
    "crypto.hash": object(
      { ...common, requestBody: batchOf(object({ ...input, scope: label, ...cardShape }, hashHolds)) },
      ({ xTenantId = [] }, pathOf, report) => {
        if (xTenantId.length > 1) report(malformed(pathOf("xTenantId")));
      },
    ),
  };
}
