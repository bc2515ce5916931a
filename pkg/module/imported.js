// @ts-check
// The wasm as an import brings it, where the runtime or its bundler compiles it ahead.

import { tagOf } from "../built-ins.js";
import { NoWasm } from "./bytes.js";

export const remedy =
  "the bundler must leave an import of `.wasm` as it is; or hand the `WebAssembly.Module` of `vaultlet/vaultlet.wasm` " +
  "in as `openVault({ wasm })`";

/** Some bundlers make an instance of it, or an address. @type {(imported: unknown) => WebAssembly.Module} */
export function takeImported(imported) {
  if (tagOf(imported) === "[object WebAssembly.Module]") return /** @type {WebAssembly.Module} */ (imported);
  throw new NoWasm("the bundler has put something else in its place");
}
