// @ts-check
// The size budgets, and what the package weighs against them.

import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";

import { init, parse } from "es-module-lexer";

import { root } from "./command.js";

/**
 * Compressed bytes. The numbers of the design's quality.md are the law: "the wasm file under 80 kB compressed
 * (gzip), the core JavaScript under 12 kB". A change begins there.
 */
const budgets = { wasm: 80_000, javascript: 12_000 };

const entry = join(root, "pkg", "index.js");
const wasm = join(root, "pkg", "wasm", "vaultlet_bg.wasm");

/**
 * @typedef {object} Size
 * @property {string} name
 * @property {number} raw bytes
 * @property {number} gzip bytes, the files in one stream: a package or a bundle carries them so
 * @property {number} budget what `gzip` has to stay under
 * @property {string[]} files
 */

/** @returns {Promise<Size[]>} */
export async function sizes() {
  await init;
  return [
    size("wasm", [wasm], budgets.wasm),
    size("core JavaScript", [...loaded(entry)], budgets.javascript),
  ];
}

/** @returns {Promise<boolean>} whether every budget is kept */
export async function checkSizes() {
  let kept = true;
  for (const { name, raw, gzip, budget, files } of await sizes()) {
    const verdict = gzip < budget ? "under" : "OVER THE BUDGET:";
    console.log(`${name}: ${raw} bytes, compressed ${gzip}, ${verdict} ${budget} (${files.join(", ")})`);
    kept &&= gzip < budget;
  }
  return kept;
}

/**
 * @param {string} name
 * @param {string[]} paths
 * @param {number} budget
 * @returns {Size}
 */
function size(name, paths, budget) {
  const content = Buffer.concat(paths.map((path) => readFileSync(path)));
  return {
    name,
    raw: content.length,
    gzip: gzipSync(content, { level: 9 }).length,
    budget,
    files: paths.map((path) => relative(root, path).replaceAll("\\", "/")),
  };
}

/**
 * A module and all that it imports, now or later.
 * @param {string} file
 * @param {Set<string>} [seen]
 * @returns {Set<string>}
 */
function loaded(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const [imports] = parse(readFileSync(file, "utf8"));
  for (const { specifier } of imports) {
    if (specifier === null || (specifier && isBuiltin(specifier))) continue;
    if (!specifier) throw new Error(`\`${file}\` imports something that only running it can tell`);
    loaded(createRequire(file).resolve(specifier), seen);
  }
  return seen;
}
