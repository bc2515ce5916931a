// @ts-check
// The code blocks of a document, run as they stand. A line `console.log(…); // text` claims to print that text.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { generateKeys } from "vaultlet";

/** The project's top folder. */
export const root = new URL("../../", import.meta.url);

/** @param {string} path from the top folder */
export const readDocument = (path) => readFileSync(new URL(path, root), "utf8");

/**
 * The blocks in one language.
 * @param {string} path
 * @param {string} language
 * @returns {string[]}
 */
export function blocksOf(path, language) {
  const blocks = readDocument(path).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"));
  return Array.from(blocks, ([, code = ""]) => code);
}

/**
 * Runs code as a module of its own, as a user of the package would who has it in this folder, and the vault's keys in the
 * environment.
 * @param {string} code
 */
export function runModule(code) {
  const run = spawnSync(process.execPath, ["--input-type=module"], {
    cwd: fileURLToPath(root),
    encoding: "utf8",
    input: code,
    env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "", VAULT_KEYS: JSON.stringify(generateKeys()) },
  });
  return { status: run.status, stderr: run.stderr, printed: run.stdout.split("\n").slice(0, -1) };
}

/**
 * What the code claims to print, line by line.
 * @param {string} code
 */
export function claimsOf(code) {
  return Array.from(code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm), ([, text = ""]) => text);
}
