// @ts-check
// A vault behind HTTP that is called like one in the process: by the official client where that can say what is asked, by
// plain requests where only REST can, and in the process where neither can (an empty list in a query, `null` for a
// parameter, a name that nobody knows). So whatever holds of a vault can be asked of one behind HTTP.

import { createServer } from "node:http";
import { isDeepStrictEqual } from "node:util";

import { getRequestListener } from "@hono/node-server";
import { VaultClient } from "@piiano/vault-client";

import { createHandler } from "../../pkg/http.js";
import { ROUTES } from "../../pkg/http/routes.js";
import { methods } from "../model/methods.js";

/** @import { Vault } from "../../pkg/index.js" */
/** @import { Operation, Parameter } from "../../pkg/http/routes.js" */

/** What the official client's methods take, beside what all of them do. @type {Record<string, string>} */
const CLIENT_TAKES = {
  tokenize: "requestBody expirationSecs transactionId xTenantId",
  detokenize: "objectIds tags tokenIds props options xTenantId",
  updateTokens: "requestBody expirationSecs objectIds tags tokenIds options xTenantId",
  rotateTokens: "tokenIds xTenantId",
  searchTokens: "requestBody options xTenantId",
  deleteTokens: "objectIds tags tokenIds tenantId options xTenantId",
  getTokensCount: "",
  getByTransactionId: "id",
  encrypt: "requestBody expirationSecs xTenantId",
  updateEncrypted: "requestBody options expirationSecs xTenantId",
  decrypt: "requestBody options xTenantId",
  hashObjects: "requestBody",
};
const COMMON = ["collection", "reason", "adhocReason", "customAudit", "reloadCache"];

/** @type {Map<string, { path: string, operation: Operation }>} */
const byAction = new Map(
  ROUTES.flatMap(({ path, operations }) => operations.map((operation) => [operation.action, { path, operation }])),
);

/** @type {(parameter: Parameter, value: unknown) => boolean} */
function isSayable({ in: place, kind }, value) {
  if (kind === "flag") return typeof value === "boolean";
  if (kind === "text") return typeof value === "string" && (place === "query" ? value.isWellFormed() : /^[\w-]+$/.test(value));
  const isItem = (/** @type {unknown} */ item) =>
    typeof item === "string" && item.isWellFormed() && (place === "query" ? /^[^,]+$/ : /^[!-+\--~]+$/).test(item);
  return Array.isArray(value) && value.length > 0 && value.every(isItem);
}

/** @param {unknown} body */
function isJson(body) {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(body)), body) && JSON.stringify(body).isWellFormed();
  } catch {
    return false;
  }
}

/** @type {(operation: Operation, parameters: unknown) => parameters is Record<string, any>} */
function isForRest({ parameters: known, body }, parameters) {
  if (typeof parameters !== "object" || parameters === null) return false;
  return Object.entries(parameters).every(([name, value]) => {
    if (value === undefined) return true;
    if (name === "requestBody") return body === "json" && isJson(value);
    const parameter = known.find(({ as }) => as === name);
    return parameter !== undefined && isSayable(parameter, value);
  }) && typeof Reflect.get(parameters, "collection") === "string" && (body === "none" || "requestBody" in parameters);
}

/** The vault's own error, as it came over HTTP. */
class RestError extends Error {
  /** @param {Operation} operation @param {number} status @param {any} body */
  constructor(operation, status, body) {
    super(body.message);
    this.code = body.error_code;
    this.status = status;
    const { field } = body.context;
    const [head] = field?.split(/[.[]/, 1) ?? [];
    const parameter = operation.parameters.find(({ name }) => name === head);
    this.context = parameter === undefined ? body.context : { ...body.context, field: parameter.as + field.slice(head.length) };
  }
}

export const counts = { client: 0, rest: 0, process: 0 };

/**
 * @param {Vault} vault
 * @returns {Promise<{ vault: Vault, close: () => void }>}
 */
export async function overHttp(vault) {
  /** @type {Map<string, unknown>} */
  const callers = new Map();
  const handler = createHandler({
    vault,
    authenticate: (request) => callers.get(request.headers.get("authorization")?.slice(7) ?? ""),
  });
  const server = createServer(getRequestListener(handler));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const vaultURL = `http://127.0.0.1:${port}`;
  server.unref();

  /** @param {unknown} caller */
  function clientOf(caller) {
    const apiKey = crypto.randomUUID();
    callers.set(apiKey, caller);
    const client = new VaultClient({ vaultURL, apiKey });
    const inProcess = /** @type {any} */ (vault.as(caller));
    /** @type {Record<string, Record<string, Function>>} */
    const made = { tokens: {}, crypto: {} };
    for (const [action, [group, name]] of Object.entries(methods)) {
      const { path, operation } = /** @type {{ path: string, operation: Operation }} */ (byAction.get(action));
      const taken = [...COMMON, ...String(CLIENT_TAKES[name]).split(" ")];
      /** @type {any} */ (made[group])[name] = async (/** @type {any} */ parameters) => {
        if (!isForRest(operation, parameters)) {
          counts.process += 1;
          return inProcess[group][name](parameters);
        }
        const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
        if (Object.keys(given).every((each) => taken.includes(each))) {
          counts.client += 1;
          try {
            return await /** @type {any} */ (client)[group][name](given);
          } catch (/** @type {any} */ error) {
            if (error.name !== "ApiError") throw error;
            if (!error.message.includes(`${error.body.error_code}: ${error.body.message}`)) throw new Error(`no code in ${error.message}`);
            throw new RestError(operation, error.status, error.body);
          }
        }
        counts.rest += 1;
        return plainly(path, operation, given, apiKey);
      };
    }
    return /** @type {any} */ (made);
  }

  /** @type {(path: string, operation: Operation, given: Record<string, any>, key: string) => Promise<unknown>} */
  async function plainly(path, operation, given, key) {
    const url = new URL(vaultURL + path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(given[name])));
    /** @type {Record<string, string>} */
    const headers = { Authorization: `bearer ${key}` };
    for (const { name, as, in: place, kind } of operation.parameters) {
      const value = given[as];
      if (value === undefined || place === "path") continue;
      // A list with commas here, where the client repeats the key.
      const text = kind === "list" ? value.join(",") : String(value);
      if (place === "header") headers[name] = text;
      else url.searchParams.set(name, text);
    }
    const body = given["requestBody"] === undefined ? null : JSON.stringify(given["requestBody"]);
    if (body !== null) headers["Content-Type"] = "application/json; charset=UTF-8";
    const response = await fetch(url, { method: operation.method, headers, body });
    const text = await response.text();
    if (!response.ok) throw new RestError(operation, response.status, JSON.parse(text));
    return text === "" ? undefined : JSON.parse(text);
  }

  return {
    vault: /** @type {any} */ ({ as: clientOf, close: () => vault.close() }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
