// @ts-check
// Runs an operation of the vault for a caller, with the body as its text came.

import { badRequest } from "./refusal.js";

/** @import { VaultClient } from "../index.js" */

/** @type {Record<string, (client: any) => (parameters: unknown) => Promise<unknown>>} */
const METHODS = {
  "tokens.tokenize": ({ tokens }) => tokens.tokenize,
  "tokens.detokenize": ({ tokens }) => tokens.detokenize,
  "tokens.update": ({ tokens }) => tokens.updateTokens,
  "tokens.rotate": ({ tokens }) => tokens.rotateTokens,
  "tokens.search": ({ tokens }) => tokens.searchTokens,
  "tokens.delete": ({ tokens }) => tokens.deleteTokens,
  "tokens.count": ({ tokens }) => tokens.getTokensCount,
  "tokens.transaction": ({ tokens }) => tokens.getByTransactionId,
  "crypto.encrypt": ({ crypto }) => crypto.encrypt,
  "crypto.decrypt": ({ crypto }) => crypto.decrypt,
  "crypto.updateEncrypted": ({ crypto }) => crypto.updateEncrypted,
  "crypto.hash": ({ crypto }) => crypto.hashObjects,
};

/**
 * @param {VaultClient} client
 * @param {string} action
 * @param {Record<string, unknown>} parameters
 * @param {Uint8Array | undefined} body JSON text in UTF-8
 * @returns {Promise<string>} JSON text; empty where nothing is answered
 */
export async function runJson(client, action, parameters, body) {
  if (body !== undefined) {
    try {
      parameters["requestBody"] = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
    } catch {
      throw badRequest("requestBody", "must be JSON in UTF-8");
    }
  }
  const answer = await METHODS[action]?.(client)(parameters);
  return answer === undefined ? "" : JSON.stringify(answer);
}

/**
 * @param {VaultClient} client
 * @param {string} action
 * @param {Record<string, unknown>} parameters
 * @param {Uint8Array | undefined} body
 * @returns {Promise<Blob>}
 */
export async function runBytes(client, action, parameters, body) {
  if (body !== undefined) parameters["requestBody"] = body;
  const { crypto } = /** @type {any} */ (client);
  return action === "crypto.encryptBlob" ? crypto.encryptBlob(parameters) : crypto.decryptBlob(parameters);
}
