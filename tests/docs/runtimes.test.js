// @ts-check
// docs/runtimes.md: from a folder, by a link in node_modules, the package runs as it says.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { programAt } from "../runtimes/expected.js";
import { root } from "./code-blocks.js";

const top = fileURLToPath(root);
const folder = realpathSync(mkdtempSync(join(tmpdir(), "vaultlet-linked-")));
after(() => rmSync(folder, { recursive: true, force: true }));

// As `npm install ../vaultlet/pkg` leaves it.
mkdirSync(join(folder, "node_modules"));
symlinkSync(join(top, "pkg"), join(folder, "node_modules", "vaultlet"), "junction");
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
writeFileSync(
  join(folder, "main.js"),
  `import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

const collections = { customers: { properties: { email: { type: "EMAIL" } } } };
const vault = await openVault({ keys: generateKeys(), collections, store: memoryStore(), policy: () => ({ allow: true }) });
const about = { collection: "customers", reason: "AppFunctionality" };
const requestBody = [{ type: "randomized", object: { fields: { email: "jane@example.com" } } }];
const [{ token_id }] = await vault.as("jane").tokens.tokenize({ ...about, requestBody });
const [{ fields }] = await vault.as("jane").tokens.detokenize({ ...about, tokenIds: [token_id] });
console.log(fields.email);
`,
);

/** The program comes with the package of its name, whose script fetches it. @type {[name: string, program: string, words: string[]][]} */
const runtimes = [
  ["Node", process.execPath, []],
  ["Bun", `${top}node_modules/bun/bin/bun.exe`, []],
  ["Deno, without a permission", `${top}node_modules/deno/deno`, ["run", "--no-prompt", "--no-remote", "--cached-only"]],
];

for (const [name, program, words] of runtimes) {
  test(`from a folder: ${name}`, { timeout: 120_000 }, () => {
    const run = spawnSync(programAt(program, "run `npm ci`, and let the package of its name run its script"), [...words, "main.js"], { cwd: folder, encoding: "utf8", timeout: 100_000 });
    assert.deepEqual([run.stdout, run.status], ["jane@example.com\n", 0], run.stderr);
  });
}
