// @ts-check
// Loads the wasm: once for the process, when it is first needed. Each vault makes an instance of it.

import { compile, remedy } from "#module";

import { then } from "./built-ins.js";
import { VaultError, badConfiguration, makeError } from "./error.js";
import { NoWasm, Refused, nameOf } from "./module/bytes.js";
import { compileGiven } from "./module/given.js";

/** @type {Promise<WebAssembly.Module> | undefined} */
let loading;

/** All who ask share one load; after a failed one the next tries again. */
export function loadModule() {
  loading ??= then(compile(), undefined, (cause) => {
    loading = undefined;
    throw ownNotLoaded(cause);
  });
  return loading;
}

/**
 * What the host hands in as `wasm`. If nobody waits for it, because another option is refused, nobody has to handle
 * that it fails.
 * @param {unknown} given
 */
export function takeGiven(given) {
  if (given === undefined) return undefined;
  const taking = compileOrExplain(given);
  then(taking, undefined, () => {});
  return taking;
}

/**
 * With what a person can do about it: where the wasm lies, and who hides it, depends on the runtime.
 * @param {unknown} cause
 */
function ownNotLoaded(cause) {
  if (cause instanceof Refused) return notLoaded(cause.cause, cause.message);
  if (cause instanceof NoWasm) return notLoaded(cause.cause, `${cause.message}; ${remedy}`);
  return notLoaded(cause, remedy);
}

/** @type {(given: unknown) => Promise<WebAssembly.Module>} */
async function compileOrExplain(given) {
  try {
    return await compileGiven(given);
  } catch (cause) {
    if (cause instanceof VaultError) throw cause;
    if (cause instanceof NoWasm) throw badConfiguration("wasm", `is not the vault's: ${cause.message}`, cause.cause);
    throw cause instanceof Refused
      ? notLoaded(cause.cause, cause.message)
      : notLoaded(cause, "the promise, `Response` or `URL` that was handed in as `wasm` failed");
  }
}

/**
 * No instance could be made of it. A wasm of another version exports the same, but wants other imports.
 * @type {(cause: unknown, given: unknown) => VaultError}
 */
export function notStarted(cause, given) {
  const name = nameOf(cause);
  if (name !== "LinkError" && name !== "TypeError") return notLoaded(cause);
  const why = "it is of another version than the package";
  if (given !== undefined) return badConfiguration("wasm", `is not the vault's: ${why}`, cause);
  // Whoever keeps an old copy of the file may have let it go when the next call asks.
  loading = undefined;
  return notLoaded(cause, `${why}, an old copy of the file perhaps; ${remedy}`);
}

/** @param {unknown} cause @param {string} [why] */
const notLoaded = (cause, why) =>
  makeError("PV1000", 500, why === undefined ? "the wasm could not be loaded" : `the wasm could not be loaded: ${why}`, {}, cause);
