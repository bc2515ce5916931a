// @ts-check
// Loads the wasm: once for the process, when it is first needed.

import { compile } from "#module";

import { makeError } from "./error.js";
import * as glue from "./wasm/vaultlet_bg.js";

/** @type {Promise<typeof glue.Core> | undefined} */
let loading;

/** All who ask share one load; after a failed one the next tries again. */
export function loadCore() {
  loading ??= instantiate().catch((cause) => {
    loading = undefined;
    throw makeError("PV1000", 500, "the wasm could not be loaded", {}, cause);
  });
  return loading;
}

async function instantiate() {
  const { exports } = await WebAssembly.instantiate(await compile(), { "./vaultlet_bg.js": glue });
  glue.__wbg_set_wasm(exports);
  /** @type {() => void} */ (exports.__wbindgen_start)();
  return glue.Core;
}
