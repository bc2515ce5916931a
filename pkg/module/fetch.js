// @ts-check
// How a browser finds the wasm, and what a bundler for browsers makes of this: it fetches it from beside the code.
// Bundlers know the file by this very `new URL`; it stands in the function, for in a classic script it would throw.

import { fetchAt } from "./bytes.js";

export { fetchAt as compileAt } from "./bytes.js";

export const remedy =
  "with Vite 5 to 7, set `optimizeDeps.exclude: [\"vaultlet\"]`; where a bundler does not bring the file, copy " +
  "`vaultlet/vaultlet.wasm` to `../wasm/vaultlet_bg.wasm` of the bundle, or hand it in as `openVault({ wasm })`";

export async function compile() {
  return await fetchAt(new URL("../wasm/vaultlet_bg.wasm", import.meta.url));
}
