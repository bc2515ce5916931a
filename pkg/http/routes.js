// @ts-check
// What is served: every path, its methods, and the parameters of each. Routing, the reading of parameters and
// openapi.json all come from this one table.

import { REASONS } from "../policy/names.js";
import { NAME, TOKEN_ID, TRANSFORMED } from "./schemas.js";

/**
 * @typedef {object} Parameter
 * @property {string} name as REST writes it
 * @property {string} as as the vault's methods have it
 * @property {"text" | "list" | "flag"} kind a list may be repeated keys, or texts with commas, or both
 * @property {"query" | "header" | "path"} in
 * @property {string} about
 * @property {object} schema of the parameter, in openapi.json
 * @property {boolean | undefined} required
 * @property {boolean | undefined} isRefused the vault takes it only to refuse it; openapi.json does not show it
 * @property {number | undefined} most items of a list: of more the vault refuses all, and only one more is read
 * @property {boolean | undefined} isSet of a list the vault takes each item once, and need not see it again
 * @property {{ but: readonly string[] } | undefined} meansNothing it is held against its schema and not handed on; what the public
 *   API knows beside that is PV2001
 */

/**
 * @typedef {object} Operation
 * @property {string} id
 * @property {"GET" | "POST" | "PATCH" | "DELETE"} method
 * @property {string} about
 * @property {string} action as policy and audit know it
 * @property {"json" | "bytes" | "none"} body
 * @property {"json" | "bytes" | "none"} answer
 * @property {boolean} writes whether a store that cannot write refuses it
 * @property {boolean} readsCollections whether it is there only where `collections` was handed in
 * @property {readonly Parameter[]} parameters
 * @property {string | undefined} bodySchema a name of `schemas.js`
 * @property {string | undefined} answerSchema
 */

/** @typedef {{ path: string, operations: readonly Operation[] }} Route */

/** A parameter has all of its properties itself: what somebody puts on `Object.prototype` is none of them. */
const NOTHING_MORE = { required: undefined, isRefused: undefined, most: undefined, isSet: undefined, meansNothing: undefined };

const API = "/api/pvlt/1.0";
const COLLECTION = `${API}/data/collections/{collection}`;

/** 1 to 256 characters. No comma, which would be two of them. */
const LABEL = { type: "string", minLength: 1, maxLength: 256, pattern: "^[^,]+$" };
const NOTE = { type: "string", maxLength: 1024 };

/** @type {(name: string, as: string, about: string, schema?: object) => Parameter} */
const text = (name, as, about, schema = { type: "string" }) => ({ ...NOTHING_MORE, name, as, kind: "text", in: "query", about, schema });

/** @type {(name: string, as: string, about: string, items: object, more?: object) => Parameter} */
const list = (name, as, about, items, more = {}) => ({
  ...NOTHING_MORE,
  name,
  as,
  kind: "list",
  in: "query",
  about,
  schema: { type: "array", items, ...more },
});

/** @type {(parameter: Parameter) => Parameter} */
const required = (parameter) => ({ ...parameter, required: true });

/** @type {Parameter} */
const collection = {
  ...NOTHING_MORE,
  name: "collection",
  as: "collection",
  kind: "text",
  in: "path",
  about: "The collection's name.",
  schema: NAME,
  required: true,
};

/** @type {Parameter} */
const tenants = {
  ...NOTHING_MORE,
  name: "X-Tenant-Id",
  as: "xTenantId",
  kind: "list",
  in: "header",
  about: "The tenants that confine the call, with commas between them. Absent: it is not confined.",
  schema: { type: "array", items: { type: "string", pattern: "^[!-+.-~]([ -+.-~]{0,254}[!-+.-~])?$" }, minItems: 1, maxItems: 100 },
  most: 100,
};

/** Where there are no fields that could name one of several. @type {Parameter} */
const tenant = {
  ...tenants,
  about: "The tenant that confines the call. Absent: it is not confined.",
  schema: { ...tenants.schema, maxItems: 1 },
};

/** What every operation on a collection's data takes. */
const COMMON = [
  collection,
  required(text("reason", "reason", "Why the data is accessed.", { type: "string", enum: REASONS })),
  text("adhoc_reason", "adhocReason", "The caller's own words; needed with the reason `Other`.", NOTE),
  text("custom_audit", "customAudit", "A note for the audit.", NOTE),
  /** @type {Parameter} */ ({
    ...NOTHING_MORE,
    name: "reload_cache",
    as: "reloadCache",
    kind: "flag",
    in: "query",
    about: "Runs the host's `reload`, once the policy has allowed the call.",
    schema: { type: "boolean" },
  }),
];

const tokenIds = list("token_ids", "tokenIds", "Which tokens: any of these. Empty: none.", TOKEN_ID);
/** @type {Parameter} */
const tags = { ...list("tags", "tags", "Which tokens: those with all of these tags. Empty: none.", LABEL, { maxItems: 100 }), most: 100 };
/** @type {Parameter} */
const objectIds = { ...list("object_ids", "objectIds", "There are no stored objects: PV2001.", { type: "string" }), isRefused: true, most: 0 };
const QUERY = [tokenIds, tags, objectIds];

/** @type {Parameter} */
const props = {
  ...list("props", "props", "Which properties; `name.transformer` answers under that name. Absent: all.", TRANSFORMED, { minItems: 1 }),
  isSet: true,
};

/** As many seconds as the vault takes: up to 3,153,600,000. */
const SECONDS = "[0-9]{1,9}|[0-2][0-9]{9}|30[0-9]{8}|31[0-4][0-9]{7}|315[0-2][0-9]{6}|3153[0-5][0-9]{5}|3153600000";
const EXPIRATION = { type: "string", pattern: `^(${SECONDS})?$` };
const expiry = text("expiration_secs", "expirationSecs", "Seconds from now; empty is never.", EXPIRATION);
const transaction = text("transaction_id", "transactionId", "The caller's own ID of this call, which can then be repeated.", {
  type: "string",
  minLength: 1,
  maxLength: 256,
});

/** @type {(...names: string[]) => Parameter} */
const options = (...names) => list("options", "options", "What else the call is told.", { type: "string", enum: names });

/** @type {(id: string, method: Operation["method"], action: string, about: string, rest: Partial<Operation> & { tenancy?: Parameter }) => Operation} */
const operation = (id, method, action, about, { parameters = [], tenancy = tenants, ...rest }) => ({
  id,
  method,
  action,
  about,
  body: "none",
  answer: "json",
  writes: false,
  readsCollections: false,
  bodySchema: undefined,
  answerSchema: undefined,
  ...rest,
  parameters: [...COMMON, tenancy, ...parameters],
});

/** What the public API's own parameters of collections are: a reason is not among them, but is taken. */
const COLLECTIONS = [
  text("reason", "reason", "Why. Absent: `AppFunctionality`.", { type: "string", enum: REASONS }),
  ...COMMON.filter(({ name }) => name !== "collection" && name !== "reason"),
  tenants,
  { ...text("format", "format", "Nothing but JSON is answered.", { type: "string", enum: ["json"] }), meansNothing: { but: ["pvschema"] } },
  {
    ...list("options", "options", "There are no built-in properties to show.", { type: "string", enum: ["show_builtins"] }),
    meansNothing: { but: [] },
  },
];

/** The vault's operations. @type {readonly Route[]} */
export const ROUTES = [
  {
    path: `${COLLECTION}/tokens`,
    operations: [
      operation("tokenize", "POST", "tokens.tokenize", "Makes tokens: all or none.", {
        parameters: [expiry, transaction],
        body: "json",
        bodySchema: "TokenizeRequests",
        answerSchema: "TokenValues",
        writes: true,
      }),
      operation("detokenize", "GET", "tokens.detokenize", "Answers the data of tokens.", {
        parameters: [...QUERY, props, options("include_metadata", "include_aggregated_data")],
        answerSchema: "DetokenizedTokens",
      }),
      operation("update-tokens", "PATCH", "tokens.update", "Changes the tags and expiry of tokens, or the data of one token.", {
        parameters: [...QUERY, options("archived"), expiry, transaction],
        body: "json",
        bodySchema: "UpdateTokenRequest",
        answer: "none",
        writes: true,
      }),
      operation("delete-tokens", "DELETE", "tokens.delete", "Deletes tokens for good.", {
        parameters: [...QUERY, options("archived"), text("tenant_id", "tenantId", "One more tenant that confines the call.", LABEL)],
        answer: "none",
        writes: true,
      }),
    ],
  },
  {
    path: `${COLLECTION}/rotate/tokens`,
    operations: [
      operation("rotate-tokens", "POST", "tokens.rotate", "Gives tokens new IDs: all or none.", {
        // An empty list is nothing at all in a query, unless it is written as `token_ids=`.
        parameters: [{ ...required(tokenIds), schema: { ...tokenIds.schema, minItems: 1 } }, transaction],
        answerSchema: "RotatedTokens",
        writes: true,
      }),
    ],
  },
  {
    path: `${COLLECTION}/query/tokens`,
    operations: [
      operation("search-tokens", "POST", "tokens.search", "Finds tokens, without their data.", {
        parameters: [options("archived", "include_aggregated_data")],
        body: "json",
        bodySchema: "QueryToken",
        answerSchema: "TokenMetadataList",
      }),
    ],
  },
  {
    path: `${COLLECTION}/count/tokens`,
    operations: [operation("get-tokens-count", "GET", "tokens.count", "Counts tokens.", { answerSchema: "Count" })],
  },
  {
    path: `${COLLECTION}/transaction_id/{id}`,
    operations: [
      operation("get-by-transaction-id", "GET", "tokens.transaction", "Finds what a `tokenize` with a transaction ID made.", {
        parameters: [{ ...transaction, name: "id", as: "id", in: "path", required: true, about: "The transaction ID." }],
        answerSchema: "TransactionID",
      }),
    ],
  },
  {
    path: `${COLLECTION}/encrypt/objects`,
    operations: [
      operation("encrypt", "POST", "crypto.encrypt", "Encrypts objects: all or none. Nothing is stored.", {
        parameters: [expiry],
        body: "json",
        bodySchema: "EncryptionRequests",
        answerSchema: "EncryptedValues",
      }),
      operation("update-encrypted", "PATCH", "crypto.updateEncrypted", "Makes new ciphertexts of old ones: all or none.", {
        parameters: [options("archived"), expiry],
        body: "json",
        bodySchema: "UpdateEncryptionRequests",
        answerSchema: "EncryptedValues",
      }),
    ],
  },
  {
    path: `${COLLECTION}/decrypt/objects`,
    operations: [
      operation("decrypt", "POST", "crypto.decrypt", "Opens ciphertexts: all or none.", {
        parameters: [options("archived", "include_metadata")],
        body: "json",
        bodySchema: "DecryptionRequests",
        answerSchema: "DecryptedObjects",
      }),
    ],
  },
  {
    path: `${COLLECTION}/encrypt/blob`,
    operations: [
      operation("encrypt-blob", "POST", "crypto.encryptBlob", "Encrypts bytes. Answers the ciphertext's base64 text.", {
        parameters: [
          required(text("prop", "prop", "The property, of type `BLOB`.", NAME)),
          text("type", "type", "Default: `randomized`.", { type: "string", enum: ["randomized", "deterministic"] }),
          text("scope", "scope", "Default: `default`.", { type: "string", minLength: 1, maxLength: 256 }),
          list("tags", "tags", "Sealed in; not with `deterministic`.", LABEL, { maxItems: 10 }),
          expiry,
        ],
        tenancy: tenant,
        body: "bytes",
        answer: "bytes",
      }),
    ],
  },
  {
    path: `${COLLECTION}/decrypt/blob`,
    operations: [
      operation("decrypt-blob", "POST", "crypto.decryptBlob", "Opens the ciphertext of a blob, raw or its base64 text. Answers the bytes.", {
        parameters: [
          required(text("prop", "prop", "The property, of type `BLOB`.", NAME)),
          text("scope", "scope", "Must be the one it was sealed with.", { type: "string", minLength: 1, maxLength: 256 }),
          options("archived"),
        ],
        body: "bytes",
        answer: "bytes",
      }),
    ],
  },
  {
    path: `${COLLECTION}/hash/objects`,
    operations: [
      operation("hash-objects", "POST", "crypto.hash", "Answers the IDs that `deterministic` tokens of these objects would have.", {
        tenancy: tenant,
        body: "json",
        bodySchema: "HashObjectRequests",
        answerSchema: "TokenValues",
      }),
    ],
  },
  {
    path: `${API}/ctl/collections`,
    operations: [
      {
        ...operation("list-collections", "GET", "collections.read", "Describes all collections.", { answerSchema: "Collections" }),
        readsCollections: true,
        parameters: COLLECTIONS,
      },
    ],
  },
  {
    path: `${API}/ctl/collections/{collection}`,
    operations: [
      {
        ...operation("get-collection", "GET", "collections.read", "Describes a collection.", { answerSchema: "Collection" }),
        readsCollections: true,
        parameters: [collection, ...COLLECTIONS],
      },
    ],
  },
];

/**
 * What asks nothing of the vault. The open ones are answered to everybody. The public API's own take what it has for them
 * and nothing else, as its operations do; the pages beside it do not look at a query.
 * @type {readonly { path: string, id: string, isOpen: boolean, parameters: readonly Parameter[] | undefined }[]}
 */
export const PAGES = [
  { path: "/", id: "root", isOpen: true, parameters: undefined },
  { path: "/openapi.json", id: "openapi", isOpen: true, parameters: undefined },
  { path: "/errors", id: "errors", isOpen: true, parameters: undefined },
  { path: `${API}/data/info/health`, id: "data-health", isOpen: true, parameters: [] },
  { path: `${API}/ctl/info/health`, id: "control-health", isOpen: true, parameters: [] },
  {
    path: `${API}/system/info/version`,
    id: "get-version",
    isOpen: false,
    parameters: [text("custom_audit", "customAudit", "It means nothing: this is not audited.")],
  },
];

/** Changing these is refused: the vault's collections are its host's. */
export const FIXED = {
  [`${API}/ctl/collections`]: ["POST"],
  [`${API}/ctl/collections/{collection}`]: ["PATCH", "DELETE"],
};

/** In characters: no path here is as long, with an ID of 256 characters, all of them escaped. */
export const LONGEST_PATH = 4_096;

/** Paths of the public API that a vault without stored objects, inside of a process, does not have. */
export const ABSENT = [
  "/ctl/actions",
  "/ctl/actions/{action}",
  "/ctl/bundles",
  "/ctl/bundles/{bundle}",
  "/ctl/collections/{collection}/properties",
  "/ctl/collections/{collection}/properties/{property}",
  "/ctl/iam/admin/set-api-key",
  "/ctl/iam/conf",
  // `regen` and `update-expiration` too. Paths of which one is a case of the other no quick router of Hono's takes.
  "/ctl/iam/user/{user}",
  "/ctl/info/cluster",
  "/ctl/types",
  "/ctl/types/{type}",
  "/data/actions/{action}",
  "/data/collections/{collection}/bulk/objects",
  "/data/collections/{collection}/count/objects",
  "/data/collections/{collection}/export/tokens",
  "/data/collections/{collection}/import/tokens",
  "/data/collections/{collection}/objects",
  "/data/collections/{collection}/objects/{id}",
  "/data/collections/{collection}/query/objects",
  "/system/admin/export_key",
  "/system/admin/keys/rotate",
  "/system/admin/lifecycle/gc",
  "/system/confvar",
  "/system/confvar/{name}",
  "/system/debug/error/trigger",
  "/system/info/configuration",
  "/system/info/kms",
  "/system/info/license",
].map((path) => `${API}${path}`);
