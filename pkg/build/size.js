// @ts-check
// The size ceilings, and what the package weighs against them.

import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

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
 * @property {number} gzip bytes
 * @property {number} ceiling what `gzip` has to stay under
 * @property {string[]} files
 */

/** @returns {Promise<Size[]>} */
export async function sizes() {
  const { content, files } = await bundle();
  return [
    size("wasm", readFileSync(wasm), ["pkg/wasm/vaultlet_bg.wasm"], ceilings.wasm),
    size("core JavaScript", content, files, ceilings.javascript),
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

/** The core entry and all that it imports, as a page or a Worker loads them: in one file, without comments. */
async function bundle() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    metafile: true,
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote no bundle");
  return { content: Buffer.from(file.contents), files: Object.keys(metafile.inputs) };
}

/** @type {(name: string, content: Buffer, files: string[], ceiling: number) => Size} */
const size = (name, content, files, ceiling) => ({
  name,
  raw: content.length,
  gzip: gzipSync(content, { level: 9 }).length,
  ceiling,
  files,
});
