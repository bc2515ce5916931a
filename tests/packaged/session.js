// @ts-check
// What every project does with the package that it has installed: opens a vault, tokenizes, rotates, detokenizes. It
// knows no runtime, and is copied into each project.

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

/**
 * @param {Partial<import("vaultlet").VaultOptions>} [given] what the project adds, such as `wasm`
 * @returns {Promise<string>}
 */
export async function session(given) {
  const vault = await openVault({
    keys: generateKeys(),
    collections: { customers: { properties: { email: { type: "EMAIL" } } } },
    store: memoryStore(),
    policy: ({ caller }) => ({ allow: caller.name === "signup" }),
    ...given,
  });
  const { tokens } = vault.as({ name: "signup" });
  const about = { collection: "customers", reason: /** @type {const} */ ("AppFunctionality") };
  const object = { fields: { email: "jane@example.com" } };
  const [{ token_id }] = await tokens.tokenize({ ...about, requestBody: [{ type: "pci", object }] });
  const rotated = await tokens.rotateTokens({ ...about, tokenIds: [token_id] });
  const id = rotated[token_id] ?? "";
  const [found] = await tokens.detokenize({ ...about, tokenIds: [id] });
  const left = await tokens.detokenize({ ...about, tokenIds: [token_id] });
  vault.close();
  return `done: ${JSON.stringify({ email: found?.fields["email"], rotated: id !== token_id, left: left.length })}`;
}
