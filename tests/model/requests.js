// @ts-check
// Random requests, for each operation. In them references stand in the place of token IDs and ciphertexts.

import fc from "fast-check";

import * as pools from "./pools.js";

/** @import { Arbitrary } from "fast-check" */

const { combine, mostly, record, small, some } = pools;
const { encryptionType, expirationSecs, inputObject, scope, tag, tagging, tokenId, transactionId } = pools;

/** Some requests pick properties, most of the time such as the object has. @param {Arbitrary<any>} request */
function narrowed(request) {
  return fc.tuple(request, small).map(([made, seed]) => {
    const names = Object.keys(made.object?.fields ?? made.fields ?? { email: 1 });
    const count = seed % 12;
    if (count > 3) return made;
    const picked = names.filter((name) => name !== "_tenant_id").slice(0, count);
    // What the object lacks is left out.
    const props = count === 0 ? ["email"] : count === 3 ? [...new Set(["nickname", ...picked])] : picked;
    return props.length === 0 ? made : { ...made, props };
  });
}

/** Some requests ask for a card-shaped ID, mostly where the object has a card. @param {Arbitrary<any>} request */
function cardShaped(request) {
  return fc.tuple(request, small).map(([made, seed]) => {
    const hasCard = made.object.fields?.card !== undefined;
    if (seed === 3) return { ...made, fptemplate: "primary_account_number", fpprops: ["email"] };
    if (!hasCard || seed % 2 === 0) return made;
    return { ...made, token_id: undefined, fptemplate: "primary_account_number", fpprops: ["card"] };
  });
}

const anyType = fc.constantFrom("randomized", "deterministic", "pci_oneway");
const tokenType = fc.oneof(
  { weight: 35, arbitrary: fc.constant("pci") },
  { weight: 25, arbitrary: anyType },
  { weight: 1, arbitrary: fc.constant("pointer") },
);
const tokenizeRequest = cardShaped(
  narrowed(
    combine(
      record(
        { type: tokenType, object: inputObject },
        {
          scope: [3, scope],
          token_id: [1, tokenId],
          store_object: [1, mostly(fc.constant(false), 5, fc.constant(true), 1)],
        },
      ),
      tagging,
    ),
  ),
);

const query = fc.oneof(
  { weight: 20, arbitrary: fc.record({ tokenIds: some(tokenId) }) },
  { weight: 8, arbitrary: fc.record({ tags: some(tag, 2) }) },
  { weight: 2, arbitrary: fc.record({ tokenIds: some(tokenId), tags: some(tag, 1) }) },
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ objectIds: ["an object"] }) },
);

/** Mostly one token: a data update must match exactly one. */
const queryOfOne = mostly(fc.record({ tokenIds: fc.tuple(tokenId) }), 5, query, 1);

const archived = fc.constant(["archived"]);

/** @type {(object: Arbitrary<any>) => Arbitrary<any>} */
const bodyOf = (object) => fc.record({ requestBody: narrowed(fc.record({ object })) });

const dataUpdate = fc.oneof(
  { weight: 3, arbitrary: bodyOf(pools.fieldsObject) },
  { weight: 2, arbitrary: bodyOf(pools.encryptedObject) },
  { weight: 1, arbitrary: bodyOf(pools.cardOfToken) },
  { weight: 1, arbitrary: fc.record({ requestBody: combine(fc.record({ object: pools.fieldsObject }), tagging) }) },
);
const metadataUpdate = fc.record({ requestBody: tagging });

const encryptRequest = narrowed(
  combine(
    record({ object: inputObject }, { type: [6, encryptionType], scope: [4, scope] }),
    record({}, { tags: [3, fc.array(tag, { maxLength: 2 })] }),
  ),
);

const decryptRequest = record({ encrypted_object: pools.encrypted }, { props: [4, pools.shownProps] });
const decryptOptions = fc.constantFrom(["archived"], ["include_metadata"], ["archived", "include_metadata"]);

const updateEncryptedRequest = narrowed(
  record({ encrypted_object: pools.encrypted, fields: pools.fields }, { type: [4, encryptionType], scope: [3, scope] }),
);

const hashRequest = cardShaped(narrowed(record({ object: inputObject }, { scope: [3, scope] })));

const detokenizeOptions = fc.constantFrom(
  ["include_metadata"],
  ["include_metadata", "include_aggregated_data"],
  ["include_aggregated_data"],
);

/** How often each operation comes, and what its request has beside what every call says. */
const operations = /** @type {Record<string, [weight: number, members: Arbitrary<any>]>} */ ({
  "tokens.tokenize": [
    26,
    record(
      { requestBody: some(tokenizeRequest) },
      { expirationSecs: [3, expirationSecs], transactionId: [4, transactionId] },
    ),
  ],
  "tokens.detokenize": [
    12,
    combine(query, record({}, { props: [4, pools.shownProps], options: [3, detokenizeOptions] })),
  ],
  "tokens.update": [
    26,
    combine(
      fc.oneof(combine(query, metadataUpdate), combine(queryOfOne, dataUpdate)),
      record({}, { expirationSecs: [3, expirationSecs], options: [1, archived], transactionId: [4, transactionId] }),
    ),
  ],
  "tokens.rotate": [12, record({ tokenIds: some(tokenId) }, { transactionId: [5, transactionId] })],
  "tokens.search": [
    8,
    record(
      {
        requestBody: query.map((/** @type {any} */ { tokenIds, tags, objectIds }) => ({
          token_ids: tokenIds,
          tags,
          object_ids: objectIds,
        })),
      },
      { options: [4, fc.constantFrom(["archived"], ["include_aggregated_data"])] },
    ),
  ],
  "tokens.delete": [6, combine(query, record({}, { options: [1, archived], tenantId: [1, pools.tenant] }))],
  "tokens.count": [4, fc.constant({})],
  "tokens.transaction": [4, fc.record({ id: transactionId })],
  "crypto.encrypt": [9, record({ requestBody: some(encryptRequest) }, { expirationSecs: [2, expirationSecs] })],
  "crypto.decrypt": [7, record({ requestBody: some(decryptRequest) }, { options: [3, decryptOptions] })],
  "crypto.updateEncrypted": [
    8,
    record(
      { requestBody: some(updateEncryptedRequest) },
      { options: [1, archived], expirationSecs: [2, expirationSecs] },
    ),
  ],
  "crypto.hash": [6, fc.record({ requestBody: some(hashRequest) })],
});

/** What every call says. */
const about = record(
  {
    collection: fc.oneof(
      { weight: 30, arbitrary: fc.constant("customers") },
      { weight: 2, arbitrary: fc.constant("partners") },
      { weight: 1, arbitrary: fc.constant("vendors") },
    ),
    reason: mostly(fc.constant("AppFunctionality"), 40, fc.constantFrom("Other", "other", "", undefined), 1),
  },
  {
    xTenantId: [1, fc.constantFrom(["acme"], ["globex"], ["acme", "globex"])],
    reloadCache: [1, fc.boolean()],
    adhocReason: [1, fc.constantFrom("why not", "")],
    customAudit: [1, fc.constant("ticket 5")],
  },
);

/**
 * A request of one of these operations.
 * @param {string[]} [actions]
 * @returns {Arbitrary<{ action: string, parameters: any }>}
 */
export function requestOf(actions = Object.keys(operations)) {
  const chosen = Object.entries(operations).filter(([action]) => actions.includes(action));
  return fc.oneof(
    ...chosen.map(([action, [weight, members]]) => ({
      weight,
      arbitrary: fc.record({ action: fc.constant(action), parameters: combine(about, members) }),
    })),
  );
}
