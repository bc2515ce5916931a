// @ts-check
// What `vaultlet --help` and `vaultlet --version` print. The help fits one screen.

import { readFileSync } from "node:fs";

import { OPTIONS } from "./options.js";

const options = Object.entries(OPTIONS).map(([name, { value, help }]) => `  ${`--${name} ${value}`.padEnd(21)}${help}`);

export const helpText = `vaultlet: a vault for personal data, as a service

  vaultlet serve [OPTIONS]   serves REST, until Ctrl-C
  vaultlet keys              prints a new keyring as JSON
  vaultlet api-key USER      prints a new API key, and its line for --api-keys

Options of \`vaultlet serve\`, and what holds without them:
${options.join("\n")}

Each can be a variable of the environment instead: VAULTLET_PORT, VAULTLET_API_KEYS,
VAULTLET_MAX_BODY. VAULTLET_API_KEY is the admin's key, where there are no --api-keys.
Files are JSON or TOML.

To keep what you store, give it a keyring and a store that lasts:
  (umask 077; vaultlet keys > keys.json)
  vaultlet serve --keys keys.json --store sqlite:vault.db

More: docs/serve.md in the repository.`;

export function versionText() {
  return String(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version);
}
