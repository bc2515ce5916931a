// @ts-check
// A host with nothing wrong with it: what the other tests begin from.

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

/** @import { Collections, Vault, VaultOptions } from "vaultlet" */

/** @type {Collections} */
export const collections = {
  customers: { properties: { email: { type: "EMAIL" }, name: { type: "NAME", nullable: true } } },
};

/** What every call names. */
export const about = Object.freeze({ collection: "customers", reason: /** @type {const} */ ("AppFunctionality") });

/** Data that must show up nowhere but in what is answered to those who may read it. */
export const secretEmail = "jane.secret@example.com";

/**
 * @param {Partial<VaultOptions>} [overrides]
 * @returns {VaultOptions}
 */
export function exampleHost(overrides) {
  return { keys: generateKeys(), collections, store: memoryStore(), policy: () => ({ allow: true }), ...overrides };
}

/**
 * @param {Partial<VaultOptions>} [overrides]
 * @returns {Promise<Vault>}
 */
export async function openExample(overrides) {
  return openVault(exampleHost(overrides));
}

/**
 * Makes one token, and answers its ID.
 * @param {Vault} vault
 * @param {string} [email]
 */
export async function makeToken(vault, email = secretEmail) {
  const [made] = await vault
    .as("setup")
    .tokens.tokenize({ ...about, requestBody: [{ type: "pci", object: { fields: { email } }, tags: ["old"] }] });
  if (made === undefined) throw new Error("tokenize answered nothing");
  return made.token_id;
}

/**
 * The tags of a token.
 * @param {Vault} vault
 * @param {string} tokenId
 */
export async function tagsOf(vault, tokenId) {
  const [found] = await vault
    .as("setup")
    .tokens.detokenize({ ...about, tokenIds: [tokenId], options: ["include_metadata"] });
  return found?.metadata?.tokens[0]?.tags;
}
