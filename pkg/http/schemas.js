// @ts-check
// The schemas of bodies and answers, for openapi.json. They say no less than the vault's parser does, so that what they
// allow is not refused for its form. Everybody may read openapi.json, so it does not say which properties a collection has:
// that is asked of the collections, by whoever may. What each of their types takes, it does say.

import { DATA_TYPES } from "./data-types.js";

const TEXT = { type: "string", minLength: 1, maxLength: 256 };
const TIME = { type: "string", format: "date-time" };
const TIME_OR_NEVER = { type: ["string", "null"], format: "date-time" };
export const TOKEN_ID = { type: "string", pattern: "^[A-Za-z0-9_-]{1,128}$" };
/** Of a collection, or of a property. */
export const NAME = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_]{0,39}$" };
/** A property, or one through a transformer. */
export const TRANSFORMED = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_]{0,39}(\\.(mask|size|age|age_frac))?$" };
const TOKEN_TYPES = ["pci", "pci_oneway", "randomized", "deterministic"];
const ENCRYPTION_TYPES = ["randomized", "deterministic"];

/** @type {(name: string) => { $ref: string }} */
const ref = (name) => ({ $ref: `#/components/schemas/${name}` });

/** @type {(properties: Record<string, object>, ...required: string[]) => object} */
const closed = (properties, ...required) => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});

/** @type {(items: object, about?: string) => object} */
const listOf = (items, about) => ({ type: "array", items, ...(about !== undefined && { description: about }) });

/** How many there may be is a setting of the vault's, and one that comes twice counts once. */
const tags = { type: "array", items: TEXT };
const props = { type: "array", items: NAME, minItems: 1 };
const shownProps = { type: "array", items: TRANSFORMED, minItems: 1 };
const cardShape = { fptemplate: { type: "string", enum: ["primary_account_number"] }, fpprops: { type: "array", items: NAME, minItems: 1, maxItems: 1 } };
const bothOrNone = { dependentRequired: { fptemplate: ["fpprops"], fpprops: ["fptemplate"] } };

/** @type {Record<string, object>} */
export const SCHEMAS = {
  Error: {
    type: "object",
    properties: {
      error_code: { type: "string", pattern: "^(PV|VL)[0-9]{4}$" },
      message: { type: "string" },
      context: { type: "object", additionalProperties: { type: "string" } },
      error_url: { type: "string" },
    },
    required: ["error_code", "message", "context", "error_url"],
  },
  ...DATA_TYPES,
  Value: {
    description: "Of the property's type. What is nullable may be null.",
    anyOf: [...Object.keys(DATA_TYPES).map(ref), { type: "null" }],
  },
  Fields: {
    type: "object",
    description: "Property values by name: properties of the collection, each of its type, and at least one that is not null.",
    propertyNames: NAME,
    additionalProperties: ref("Value"),
    not: { additionalProperties: { type: "null" } },
  },
  EncryptedObjectInput: closed(
    { ciphertext: { type: "string", minLength: 1, pattern: "^[A-Za-z0-9+/_-]+={0,2}$", description: "What encrypt or update-encrypted made, in base64." }, scope: TEXT },
    "ciphertext",
  ),
  InputObject: {
    description: "Where data comes from. `request_index` is the place of another request of the same array.",
    oneOf: [
      closed({ fields: ref("Fields") }, "fields"),
      closed({ encrypted: ref("EncryptedObjectInput") }, "encrypted"),
      closed({ request_index: { type: "integer", minimum: 0 } }, "request_index"),
    ],
  },
  GivenInput: {
    description: "Where new data comes from.",
    oneOf: [closed({ fields: ref("Fields") }, "fields"), closed({ encrypted: ref("EncryptedObjectInput") }, "encrypted")],
  },
  TokenizeRequest: {
    .../** @type {object} */ (
      closed(
        {
          type: { type: "string", enum: TOKEN_TYPES },
          object: ref("InputObject"),
          props,
          token_id: TOKEN_ID,
          scope: TEXT,
          tags,
          ensure_unique_tenant_tags: { ...tags, description: "Each of them one of `tags`." },
          store_object: { type: "boolean", enum: [false] },
          ...cardShape,
        },
        "type",
        "object",
      )
    ),
    ...bothOrNone,
    not: { properties: { fptemplate: {}, token_id: {} }, required: ["fptemplate", "token_id"] },
  },
  TokenizeRequests: listOf(ref("TokenizeRequest")),
  TokenValues: listOf(closed({ token_id: TOKEN_ID }, "token_id")),
  UpdateTokenRequest: {
    .../** @type {object} */ (
      closed({
        tags,
        ensure_unique_tenant_tags: { ...tags, description: "Each of them one of `tags`." },
        object: ref("GivenInput"),
        props,
      })
    ),
    dependentRequired: { props: ["object"] },
  },
  QueryToken: closed({ token_ids: { type: "array", items: TOKEN_ID }, tags: { type: "array", items: TEXT, maxItems: 100 } }),
  TokenMetadata: closed(
    {
      type: { type: "string", enum: TOKEN_TYPES },
      scope: TEXT,
      token_id: TOKEN_ID,
      tokens: listOf(
        closed(
          {
            creation_time: TIME,
            expiration_time: TIME_OR_NEVER,
            effective_expiration_time: TIME_OR_NEVER,
            effective_tenant_id: TEXT,
            tags: listOf(TEXT),
          },
          "creation_time",
          "expiration_time",
          "effective_expiration_time",
          "tags",
        ),
      ),
      agg: closed({ max_effective_expiration_time: TIME_OR_NEVER }),
    },
    "type",
    "scope",
    "token_id",
    "tokens",
  ),
  TokenMetadataList: listOf(ref("TokenMetadata")),
  DetokenizedTokens: listOf(
    closed({ token_id: TOKEN_ID, fields: { type: "object" }, metadata: ref("TokenMetadata") }, "token_id", "fields"),
  ),
  RotatedTokens: { type: "object", description: "The new token ID for each old one.", additionalProperties: TOKEN_ID },
  Count: closed(
    { active: { type: "integer", minimum: 0 }, archived: { type: "integer", minimum: 0 }, total: { type: "integer", minimum: 0 } },
    "active",
    "archived",
    "total",
  ),
  TransactionID: closed({ ref_ids: listOf(TOKEN_ID) }, "ref_ids"),
  EncryptionRequest: {
    .../** @type {object} */ (
      closed({ type: { type: "string", enum: ENCRYPTION_TYPES }, object: ref("InputObject"), props, scope: TEXT, tags }, "object")
    ),
    description: "A `deterministic` ciphertext has no tags.",
    not: { properties: { type: { enum: ["deterministic"] }, tags: { type: "array", minItems: 1 } }, required: ["type", "tags"] },
  },
  EncryptionRequests: listOf(ref("EncryptionRequest")),
  EncryptedValues: listOf(closed({ ciphertext: { type: "string", contentEncoding: "base64" } }, "ciphertext")),
  ChangedFields: {
    type: "object",
    description: "Laid over what the ciphertext holds; a null leaves that.",
    propertyNames: NAME,
    additionalProperties: ref("Value"),
  },
  UpdateEncryptionRequest: closed(
    {
      type: { type: "string", enum: ENCRYPTION_TYPES },
      encrypted_object: ref("EncryptedObjectInput"),
      fields: ref("ChangedFields"),
      props,
      scope: TEXT,
    },
    "encrypted_object",
    "fields",
  ),
  UpdateEncryptionRequests: listOf(ref("UpdateEncryptionRequest")),
  DecryptionRequest: closed({ encrypted_object: ref("EncryptedObjectInput"), props: shownProps }, "encrypted_object"),
  DecryptionRequests: listOf(ref("DecryptionRequest")),
  DecryptedObjects: listOf(
    closed(
      {
        fields: { type: "object" },
        metadata: closed(
          { type: { type: "string", enum: ENCRYPTION_TYPES }, scope: TEXT, expiration: TIME_OR_NEVER, tags: listOf(TEXT) },
          "type",
          "scope",
          "expiration",
          "tags",
        ),
      },
      "fields",
    ),
  ),
  HashObjectRequest: {
    .../** @type {object} */ (closed({ object: ref("InputObject"), props, scope: TEXT, ...cardShape }, "object")),
    ...bothOrNone,
  },
  HashObjectRequests: listOf(ref("HashObjectRequest")),
  Collection: closed(
    {
      name: NAME,
      type: { type: "string", enum: ["PERSONS"] },
      properties: listOf(
        closed({ name: NAME, data_type_name: { type: "string", enum: Object.keys(DATA_TYPES) }, is_nullable: { type: "boolean" } }, "name", "data_type_name", "is_nullable"),
      ),
    },
    "name",
    "type",
    "properties",
  ),
  Collections: listOf(ref("Collection")),
  Health: closed({ status: { type: "string", enum: ["pass"] } }, "status"),
  Version: closed(
    { vault_version: { type: "string" }, vault_id: { type: "string" }, db_schema_version: { type: "integer" } },
    "vault_version",
    "vault_id",
    "db_schema_version",
  ),
};
