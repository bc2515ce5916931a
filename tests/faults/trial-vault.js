// @ts-check
// The vault of a trial, as each of its processes opens it over the one store.

import { openVault } from "vaultlet";

/** @import { Store } from "vaultlet" */

export const about = /** @type {const} */ ({ collection: "customers", reason: "AppFunctionality" });

/** What a token is found by when all is over. */
export const TAGS = { own: (/** @type {number} */ client) => `client-${client}`, reused: "reused", register: "register" };

/** @param {Store} store @param {any} keys */
export async function openTrialVault(store, keys) {
  const vault = await openVault({
    keys,
    collections: { customers: { properties: { note: { type: "STRING" } } } },
    store,
    policy: () => ({ allow: true }),
    settings: { timeoutMs: 10_000, maxTokens: 1_000_000, maxBytes: 2 ** 30 },
  });
  return { tokens: vault.as("trial").tokens, close: () => vault.close() };
}

/** @param {string} value */
export const holding = (value) => ({ fields: { note: value } });
