// @ts-check
// How Node finds the wasm: the file lies in the package. `#module` in `package.json` picks this loader.

import { readFile } from "node:fs/promises";

export async function compile() {
  return WebAssembly.compile(await readFile(new URL("../wasm/vaultlet_bg.wasm", import.meta.url)));
}
