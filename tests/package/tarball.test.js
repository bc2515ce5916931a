// @ts-check
// What a user of the package gets to download.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "../../pkg/build/command.js";

const folder = join(root, "pkg");

/** @returns {string[]} the files of the tarball, by their paths in the package */
function listTarball() {
  const { status, stdout, stderr } = spawnSync("npm", ["pack", "--dry-run", "--json"], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  assert.equal(status, 0, stderr);
  const [{ files }] = JSON.parse(stdout);
  return files.map((/** @type {{ path: string }} */ { path }) => path);
}

test("the tarball holds what the package's entries need, its licence, and nothing of its build", () => {
  const files = listTarball();
  /** @type {{ exports: Record<string, Record<string, string>>, imports: Record<string, Record<string, string>> }} */
  const { exports, imports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const entries = [...Object.values(exports), ...Object.values(imports)].flatMap((entry) => Object.values(entry));
  const needed = [...entries.map((path) => path.replace("./", "")), "wasm/vaultlet_bg.wasm", "LICENSE"];
  for (const path of needed) assert(files.includes(path), path);
  const strangers = files.filter((path) => path.startsWith("build/") || /(^|\/)\.|\.new/.test(path));
  assert.deepEqual(strangers, []);
});

test("the licence in the package is the project's", () => {
  assert.equal(readFileSync(join(folder, "LICENSE"), "utf8"), readFileSync(join(root, "LICENSE"), "utf8"));
});
