// @ts-check
// What the vault makes of the rows, for a caller who may see everything. Which row is whose, only the vault can tell:
// each token is read by itself, and the row that the store then found is its row.

import { VaultError } from "vaultlet";

import { about } from "../host/collections.js";

/** @import { TokenMetadata } from "vaultlet" */
/** @import { Vaults } from "../host/vault.js" */

/**
 * @typedef {{ token: string } & (
 *   | { state: "active", fields: Record<string, unknown>, metadata: TokenMetadata }
 *   | { state: "archived", metadata: TokenMetadata }
 *   | { state: "refused", error: VaultError })} Seen
 */

/**
 * @param {Pick<Vaults, "inspector" | "lastFound">} vaults
 * @param {string[]} tokens
 * @returns {Promise<Map<string, Seen>>} by the rows' keys
 */
export async function inspect({ inspector, lastFound }, tokens) {
  /** @type {Map<string, Seen>} */
  const seen = new Map();
  for (const token of tokens) {
    const looked = await look(inspector, token);
    const [key] = lastFound();
    if (looked !== undefined && key !== undefined) seen.set(key, looked);
  }
  return seen;
}

/** @param {Vaults["inspector"]} inspector @param {string} token @returns {Promise<Seen | undefined>} */
async function look(inspector, token) {
  try {
    const [found] = await inspector.detokenize({ ...about, tokenIds: [token], options: ["include_metadata"] });
    if (found?.metadata !== undefined) return { token, state: "active", fields: found.fields, metadata: found.metadata };
    const [metadata] = await inspector.searchTokens({ ...about, requestBody: { token_ids: [token] }, options: ["archived"] });
    return metadata === undefined ? undefined : { token, state: "archived", metadata };
  } catch (error) {
    if (error instanceof VaultError) return { token, state: "refused", error };
    throw error;
  }
}
