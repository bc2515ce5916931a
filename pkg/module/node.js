// @ts-check
// How Node, and Bun, find the wasm: the file lies in the package. `#module` in `package.json` picks this loader.

import { readFile } from "node:fs/promises";

import { compileBytes, fetchAt } from "./bytes.js";

export const remedy =
  "its file is not where the package has it; a bundler has left it behind perhaps: copy `vaultlet/vaultlet.wasm` to " +
  "`../wasm/vaultlet_bg.wasm` of the bundle, or hand it in as `openVault({ wasm })`";

export async function compile() {
  return await compileBytes(await readFile(new URL("../wasm/vaultlet_bg.wasm", import.meta.url)));
}

/** Files too, which Node's `fetch` does not read. @param {URL} url */
export async function compileAt(url) {
  return url.protocol === "file:" ? await compileBytes(await readFile(url)) : await fetchAt(url);
}
