// @ts-check
// Loads the wasm: once for the process, when it is first needed. Each vault makes an instance of it.

import { compile } from "#module";

import { makeError } from "./error.js";

/** @type {Promise<WebAssembly.Module> | undefined} */
let loading;

/** All who ask share one load; after a failed one the next tries again. */
export function loadModule() {
  loading ??= compile().catch((cause) => {
    loading = undefined;
    throw notLoaded(cause);
  });
  return loading;
}

/** @param {unknown} cause */
export const notLoaded = (cause) => makeError("PV1000", 500, "the wasm could not be loaded", {}, cause);
