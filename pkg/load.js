// @ts-check
/// <reference lib="dom" />
// Loads the wasm: once for the process, when it is first needed.

import { compile } from "#module";

import { unloadable } from "./error.js";
import * as glue from "./wasm/vaultlet_bg.js";

/** @import { Bridge } from "./bridge.js" */

/**
 * The one class that the wasm exports; `docs/boundary.md` describes it.
 * @typedef {object} Core
 * @property {(operation: string, request: string, caller: unknown) => Promise<string>} call
 */

/** @typedef {new (configuration: string, secrets: Uint8Array, bridge: Bridge) => Core} CoreClass */

/**
 * What wasm-bindgen makes for the JavaScript side.
 * @typedef {{ Core: CoreClass, __wbg_set_wasm: (exports: WebAssembly.Exports) => void }} Glue
 */

/** @type {Promise<CoreClass> | undefined} */
let loading;

/**
 * The core's class. All who ask share one load; after a failed one the next tries again.
 * @returns {Promise<CoreClass>}
 */
export function loadCore() {
  loading ??= instantiate().catch((cause) => {
    loading = undefined;
    throw unloadable(cause);
  });
  return loading;
}

async function instantiate() {
  const { exports } = await WebAssembly.instantiate(await compile(), { "./vaultlet_bg.js": glue });
  const { Core, __wbg_set_wasm } = /** @type {Glue} */ (/** @type {unknown} */ (glue));
  __wbg_set_wasm(exports);
  /** @type {() => void} */ (exports.__wbindgen_start)();
  return Core;
}
