// @ts-check
// The size ceilings, and what the package weighs against them.

import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";

import { init, parse } from "es-module-lexer";

import { root } from "./command.js";

/**
 * Compressed bytes. They catch an accident, a regular expression engine or a Unicode table twice, and are no goals:
 * no library is replaced and no clear line bent to save size.
 */
const ceilings = { wasm: 400_000, javascript: 16_000 };

const entry = join(root, "pkg", "index.js");
const wasm = join(root, "pkg", "wasm", "vaultlet_bg.wasm");

/**
 * @typedef {object} Size
 * @property {string} name
 * @property {number} raw bytes
 * @property {number} gzip bytes, the files in one stream: a package or a bundle carries them so
 * @property {number} ceiling what `gzip` has to stay under
 * @property {string[]} files
 */

/** @returns {Promise<Size[]>} */
export async function sizes() {
  await init;
  return [
    size("wasm", [wasm], ceilings.wasm),
    size("core JavaScript", [...loaded(entry)], ceilings.javascript),
  ];
}

/** @returns {Promise<boolean>} whether every ceiling is kept */
export async function checkSizes() {
  let kept = true;
  for (const { name, raw, gzip, ceiling, files } of await sizes()) {
    const verdict = gzip < ceiling ? "under" : "OVER THE CEILING:";
    console.log(`${name}: ${raw} bytes, compressed ${gzip}, ${verdict} ${ceiling} (${files.join(", ")})`);
    kept &&= gzip < ceiling;
  }
  return kept;
}

/**
 * @param {string} name
 * @param {string[]} paths
 * @param {number} ceiling
 * @returns {Size}
 */
function size(name, paths, ceiling) {
  const content = Buffer.concat(paths.map((path) => readFileSync(path)));
  return {
    name,
    raw: content.length,
    gzip: gzipSync(content, { level: 9 }).length,
    ceiling,
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
