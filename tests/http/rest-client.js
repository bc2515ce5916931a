// @ts-check
// A vault behind HTTP with the methods of one in the process: called by the official client, and by plain requests where
// only REST can say what is asked. It needs no Node: where `fetch` leads to is its runtime's.

import { ApiError, VaultClient } from "@piiano/vault-client";

import { makeError } from "../../pkg/error.js";
import { ROUTES } from "../../pkg/http/routes.js";
import { methods } from "../model/methods.js";

/** @import { Vault } from "../../pkg/index.js" */
/** @import { Operation } from "../../pkg/http/routes.js" */

/**
 * What the official client's methods take, beside what all of them do. It reads every answer of bytes as text, so the one
 * of `decryptBlob` is not left to it.
 * @type {Record<string, string>}
 */
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
  encryptBlob: "prop requestBody expirationSecs type scope tags",
};
const COMMON = ["collection", "reason", "adhocReason", "customAudit", "reloadCache"];

/** @type {Record<string, [group: "tokens" | "crypto", name: string]>} */
const ALL = { ...methods, "crypto.encryptBlob": ["crypto", "encryptBlob"], "crypto.decryptBlob": ["crypto", "decryptBlob"] };

/** @type {Map<string, { path: string, operation: Operation }>} */
const byAction = new Map(
  ROUTES.flatMap(({ path, operations }) => operations.map((operation) => [operation.action, { path, operation }])),
);

/** The vault's own error, out of what HTTP made of it. @type {(operation: Operation, status: number, body: any) => Error} */
function errorOf({ parameters }, status, { error_code, message, context, error_url }) {
  if (error_url !== `/errors#${error_code}`) return new Error(`${error_url} is no place on the page of errors`);
  const { field } = context;
  const [head] = field?.split(/[.[]/, 1) ?? [];
  const parameter = parameters.find(({ name }) => name === head);
  return makeError(error_code, status, message, parameter === undefined ? context : { ...context, field: parameter.as + field.slice(head.length) });
}

/**
 * @typedef {object} Way how calls get there
 * @property {string} vaultURL
 * @property {(apiKey: string, caller: unknown) => void} introduce whoever calls, by a key
 * @property {(operation: Operation, parameters: unknown) => boolean} [isInProcess] whether a call is made of the vault itself
 * @property {(by: "client" | "rest" | "process") => void} [count]
 */

/**
 * @param {Vault} vault
 * @param {Way} way
 * @returns {Vault} its `close` is the vault's own
 */
export function overRest(vault, { vaultURL, introduce, isInProcess = () => false, count = () => {} }) {
  /** @param {unknown} caller */
  function as(caller) {
    const apiKey = crypto.randomUUID();
    introduce(apiKey, caller);
    const client = /** @type {any} */ (new VaultClient({ vaultURL, apiKey }));
    const inProcess = /** @type {any} */ (vault.as(caller));
    /** @type {Record<string, Record<string, Function>>} */
    const made = { tokens: {}, crypto: {} };
    for (const [action, [group, name]] of Object.entries(ALL)) {
      const { path, operation } = /** @type {{ path: string, operation: Operation }} */ (byAction.get(action));
      const taken = CLIENT_TAKES[name] === undefined ? [] : [...COMMON, ...String(CLIENT_TAKES[name]).split(" ")];
      /** @type {any} */ (made[group])[name] = async (/** @type {any} */ parameters) => {
        if (isInProcess(operation, parameters)) {
          count("process");
          return inProcess[group][name](parameters);
        }
        const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
        if (!Object.keys(given).every((each) => taken.includes(each))) {
          count("rest");
          return plainly(vaultURL + path, operation, given, apiKey);
        }
        count("client");
        // It takes bytes as a `Blob` only.
        const { requestBody } = given;
        if (requestBody instanceof Uint8Array) given["requestBody"] = new Blob([requestBody.slice()]);
        try {
          const answer = await client[group][name](given);
          return operation.answer === "bytes" ? new Blob([answer]) : answer;
        } catch (/** @type {any} */ error) {
          if (!(error instanceof ApiError)) throw error;
          if (!error.message.includes(`${error.body.error_code}: ${error.body.message}`)) throw new Error(`no code in ${error.message}`);
          throw errorOf(operation, error.status, error.body);
        }
      };
    }
    return made;
  }
  return /** @type {any} */ ({ as, close: () => vault.close() });
}

/** @type {(address: string, operation: Operation, given: Record<string, any>, key: string) => Promise<unknown>} */
async function plainly(address, operation, given, key) {
  const url = new URL(address.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(given[name])));
  /** @type {Record<string, string>} */
  const headers = { Authorization: `bearer ${key}` };
  const { requestBody, ...rest } = given;
  for (const { name, as, in: place, kind } of operation.parameters) {
    const value = rest[as];
    delete rest[as];
    if (value === undefined || place === "path") continue;
    // A list with commas here, where the client repeats the key.
    const text = kind === "list" ? value.join(",") : String(value);
    if (place === "header") headers[name] = text;
    else url.searchParams.set(name, text);
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`REST has no parameter for ${unknown}`);
  const isBytes = operation.body === "bytes";
  const body = requestBody === undefined || isBytes ? requestBody : JSON.stringify(requestBody);
  if (body !== undefined) headers["Content-Type"] = isBytes ? "application/octet-stream" : "application/json; charset=UTF-8";
  const response = await fetch(url, { method: operation.method, headers, body });
  if (!response.ok) throw errorOf(operation, response.status, await response.json());
  if (operation.answer === "bytes") return response.blob();
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}
