// @ts-check
// The vault of a scale run: tokens of five properties, about 130 bytes.

import { openVault } from "vaultlet";

/** @import { Store } from "vaultlet" */

export const about = /** @type {const} */ ({ collection: "customers", reason: "AppFunctionality" });

/** Tokens that one call makes, and that share a tag. */
export const BATCH = 1_000;

/** @param {number} batch */
export const tagOf = (batch) => `batch ${batch}`;

let made = 0;

export const holding = () => ({
  fields: {
    name: `Jane Miller ${(made += 1)}`,
    email: `jane.miller.${made}@example.com`,
    phone: `+1 212 555 ${String(made % 10_000).padStart(4, "0")}`,
    street: "1400 Longest Avenue, Apartment 12",
    city: "New York, New York 10001",
  },
});

/** @param {Store} store @param {any} keys */
export async function openScaleVault(store, keys) {
  const text = { type: "STRING" };
  const vault = await openVault({
    keys,
    collections: { customers: { properties: { name: text, email: text, phone: text, street: text, city: text } } },
    store,
    policy: () => ({ allow: true }),
  });
  return vault.as("scale");
}
