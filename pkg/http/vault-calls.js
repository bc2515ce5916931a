// @ts-check
// Runs an operation of the vault for a caller. A body crosses into the vault as it came, and its strict parser reads it,
// once; an answer leaves as the text that the vault wrote.

import { runRaw } from "../raw-calls.js";

/** @import { VaultClient } from "../index.js" */

/**
 * @param {VaultClient} client
 * @param {string} action
 * @param {Record<string, unknown>} parameters
 * @param {Uint8Array | undefined} body JSON text in UTF-8
 * @returns {Promise<string>} JSON text; empty where nothing is answered
 */
export const runJson = (client, action, parameters, body) => runRaw(client, action, parameters, body);

/**
 * @param {VaultClient} client
 * @param {string} action
 * @param {Record<string, unknown>} parameters
 * @param {Uint8Array | undefined} body
 * @returns {Promise<Blob>}
 */
export function runBytes({ crypto }, action, parameters, body) {
  const given = /** @type {any} */ ({ ...parameters, requestBody: body });
  return action === "crypto.encryptBlob" ? crypto.encryptBlob(given) : crypto.decryptBlob(given);
}
