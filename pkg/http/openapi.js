// @ts-check
// openapi.json: what is served, out of the table of routes that serves it.

import { namesOf } from "../built-ins.js";
import { REQUEST_ID } from "../calls.js";
import { ERRORS } from "./error-list.js";
import { VERSION } from "./version.js";
import { PAGES, ROUTES } from "./routes.js";
import { SCHEMAS } from "./schemas.js";

/** @import { Operation, Parameter } from "./routes.js" */

/** The statuses of errors that any operation of the vault can end in, beside those that HTTP itself has. */
const STATUSES = [400, 401, 403, 404, 405, 409, 410, 413, 414, 415, 500, 501, 503];

/** @type {Record<number, string>} */
const MEANINGS = {
  400: "The request is invalid.",
  401: "Nobody knows the caller.",
  403: "The caller may not do this.",
  404: "Something that the request names is not there.",
  405: "The operation is not allowed.",
  409: "Something else stands in the way.",
  410: "A token is archived.",
  413: "The body is too long.",
  414: "The query is too long.",
  415: "The body is of another type.",
  500: "The server or its host failed.",
  501: "This is not a part of Vaultlet.",
  503: "The vault, or what it needs, did not answer in time.",
};

const ID_SCHEMA = { type: "string", pattern: REQUEST_ID.source };
const ID_PARAMETER = { $ref: "#/components/parameters/RequestId" };
const ID_HEADER = { "X-Pvault-Request-ID": { $ref: "#/components/headers/RequestId" } };

/** What is used where no collections are described. */
const WITHOUT_COLLECTIONS = Object.fromEntries(Object.entries(SCHEMAS).filter(([name]) => !["Collection", "Collections"].includes(name)));

/** @type {(status: number) => string} */
const errorName = (status) => `Error${status}`;

/** @param {number[]} statuses */
const errorsOf = (statuses) =>
  Object.fromEntries(statuses.map((status) => [String(status), { $ref: `#/components/responses/${errorName(status)}` }]));

/** @param {Parameter} parameter @param {readonly string[] | undefined} collections */
function describeParameter({ name, in: place, about, kind, schema, required = false }, collections) {
  return {
    name,
    in: place,
    description: about,
    required: required || place === "path",
    ...(kind === "list" && place === "query" && { style: "form", explode: true }),
    ...(kind === "list" && place === "header" && { style: "simple" }),
    schema: name === "collection" && collections !== undefined ? { type: "string", enum: collections } : schema,
  };
}

/** @type {(type: string, schema: object) => object} */
const content = (type, schema) => ({ [type]: { schema } });

/** Empty: any bytes. */
const BYTES = {};

/** @type {(operation: Operation, collections: readonly string[] | undefined) => object} */
function describeOperation({ id, action, about, parameters, body, bodySchema, answer, answerSchema }, collections) {
  const [group = ""] = action.split(".");
  const ok = { description: answer === "none" ? "It is done." : "The answer.", headers: ID_HEADER };
  const type = answer === "bytes" ? "application/octet-stream" : "application/json";
  return {
    operationId: id,
    tags: [group],
    summary: about,
    parameters: [
      ...parameters.filter(({ isRefused }) => !isRefused).map((parameter) => describeParameter(parameter, collections)),
      ID_PARAMETER,
    ],
    ...(body === "json" && {
      requestBody: { required: true, content: content("application/json", { $ref: `#/components/schemas/${bodySchema}` }) },
    }),
    ...(body === "bytes" && { requestBody: { required: true, content: content("application/octet-stream", BYTES) } }),
    responses: {
      200: answer === "none" ? ok : { ...ok, content: content(type, answerSchema === undefined ? BYTES : { $ref: `#/components/schemas/${answerSchema}` }) },
      ...errorsOf(STATUSES),
    },
  };
}

/** @type {Record<string, { about: string, type: string, schema: object }>} */
const PAGE_ANSWERS = {
  root: { about: "A page that says what runs here.", type: "text/html", schema: { type: "string" } },
  openapi: { about: "This document.", type: "application/json", schema: { type: "object" } },
  errors: { about: "A page with the codes of errors.", type: "text/html", schema: { type: "string" } },
  "data-health": { about: "Whether data is served.", type: "application/json", schema: { $ref: "#/components/schemas/Health" } },
  "control-health": { about: "Whether the server runs.", type: "application/json", schema: { $ref: "#/components/schemas/Health" } },
  "get-version": { about: "What runs here.", type: "application/json", schema: { $ref: "#/components/schemas/Version" } },
};

/** @type {(page: (typeof PAGES)[number]) => object} */
function describePage({ id, isOpen, parameters = [] }) {
  const { about, type, schema } = /** @type {(typeof PAGE_ANSWERS)[string]} */ (PAGE_ANSWERS[id]);
  return {
    operationId: id,
    tags: ["server"],
    summary: about,
    ...(isOpen && { security: [] }),
    parameters: [...parameters.map((parameter) => describeParameter(parameter, undefined)), ID_PARAMETER],
    responses: {
      200: { description: "The answer.", headers: ID_HEADER, content: content(type, schema) },
      ...errorsOf(isOpen ? [400, 405] : [400, 401, 405]),
    },
  };
}

/**
 * @param {{ basePath: string, collections: unknown }} about
 * @returns {object}
 */
export function describe({ basePath, collections }) {
  const names = collections === undefined ? undefined : namesOf(/** @type {object} */ (collections));
  /** @type {Record<string, Record<string, object>>} */
  const paths = {};
  for (const page of PAGES) paths[page.path] = { get: describePage(page) };
  for (const { path, operations } of ROUTES) {
    for (const operation of operations) {
      if (operation.readsCollections && names === undefined) continue;
      (paths[path] ??= {})[operation.method.toLowerCase()] = describeOperation(operation, names);
    }
  }
  const responses = STATUSES.map((status) => [
    errorName(status),
    {
      description: `${MEANINGS[status]} Codes: ${codesOf(status).join(", ")}.`,
      headers: {
        ...ID_HEADER,
        ...(status === 401 && { "WWW-Authenticate": { description: "`Bearer`.", schema: { type: "string" } } }),
        ...(status === 405 && { Allow: { description: "The methods that there are.", schema: { type: "string" } } }),
      },
      content: content("application/json", { $ref: "#/components/schemas/Error" }),
    },
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Vaultlet",
      version: VERSION,
      summary: "A vault for personal data",
      description: "The token and ciphertext operations of the public vault API, as Vaultlet serves them.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: basePath === "" ? "/" : basePath }],
    security: [{ key: [] }],
    tags: [
      { name: "tokens", description: "Tokens: made, opened, changed, found." },
      { name: "crypto", description: "Ciphertexts, which the vault does not keep, and hashes." },
      ...(names === undefined ? [] : [{ name: "collections", description: "What data the vault takes." }]),
      { name: "server", description: "About the server itself." },
    ],
    paths,
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "An API key, or whatever the host knows callers by." } },
      parameters: {
        RequestId: {
          name: "X-Pvault-Request-ID",
          in: "header",
          description: "The caller's own ID of the request, for the audit.",
          schema: ID_SCHEMA,
        },
      },
      headers: {
        RequestId: { description: "The request's ID, as it was given, or made.", schema: ID_SCHEMA },
      },
      responses: Object.fromEntries(responses),
      schemas: names === undefined ? WITHOUT_COLLECTIONS : SCHEMAS,
    },
  };
}

/** HTTP's own refusals are PV1012, whatever their status. @param {number} status */
function codesOf(status) {
  const codes = ERRORS.filter((error) => error.status === status && error.code !== "VL1000").map(({ code }) => code);
  return codes.includes("PV1012") || ![400, 404, 405, 413, 414, 415].includes(status) ? codes : ["PV1012", ...codes];
}
