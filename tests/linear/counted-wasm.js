// @ts-check
// The wasm as it is published, with a counter: how many functions it enters and how many rounds of loops it makes.
// That is the work of a call, and the same on every machine. Import this before a vault is opened.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const wasmOpt = fileURLToPath(new URL("../../node_modules/binaryen/bin/wasm-opt", import.meta.url));

let steps = 0;

/** Steps since the process began. */
export const stepsSoFar = () => steps;

const { compile, instantiate } = WebAssembly;

/** @type {Promise<WebAssembly.Module> | undefined} */
let counted;

WebAssembly.compile = (bytes) => (counted ??= compile(withCounter(/** @type {Uint8Array} */ (bytes))));

const counter = { log_execution: () => void (steps += 1) };

WebAssembly.instantiate = /** @type {any} */ (
  (/** @type {WebAssembly.Module} */ module, /** @type {WebAssembly.Imports} */ imports) => {
    // wasm-opt puts its import beside those that are there.
    const modules = Object.entries(imports).map(([name, functions]) => [name, { ...functions, ...counter }]);
    return instantiate(module, Object.fromEntries(modules));
  }
);

/** @param {Uint8Array} bytes @returns {Uint8Array<ArrayBuffer>} */
function withCounter(bytes) {
  const folder = mkdtempSync(join(tmpdir(), "counted-wasm-"));
  try {
    const file = join(folder, "counted.wasm");
    writeFileSync(file, bytes);
    const run = spawnSync(process.execPath, [wasmOpt, file, "--log-execution", "-o", file], { encoding: "utf8" });
    if (run.status !== 0) throw new Error(run.stderr);
    return new Uint8Array(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
