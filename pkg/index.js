// @ts-check
// What the package offers. Types and documentation: `index.d.ts`.

export { VaultError } from "./error.js";
export { generateKeys } from "./keys.js";
export { openVault } from "./vault.js";
