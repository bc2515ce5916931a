// @ts-check
/// <reference lib="dom" />
// How Node finds the wasm: the file lies beside the package. (`#module` in `package.json` picks this file.)

import { readFile } from "node:fs/promises";

/** @returns {Promise<WebAssembly.Module>} */
export async function compile() {
  return WebAssembly.compile(await readFile(new URL("../wasm/vaultlet_bg.wasm", import.meta.url)));
}
