// @ts-check
// What the host hands in as `wasm`: a module, bytes, a response, an address, or a promise of one of them. Told by
// `Object.prototype.toString`: `instanceof` fails for what comes from another realm.

import { compileAt } from "#module";

import { isObject, tagOf } from "../built-ins.js";
import { badConfiguration } from "../error.js";
import { NoWasm, compileBytes, compileResponse } from "./bytes.js";

/** A body can be read once, and a response may be handed in twice. @type {WeakMap<object, Promise<WebAssembly.Module>>} */
const compiled = new WeakMap();

/** Of any program's wasm, only the vault's has it. */
const OURS = "core_call";

/**
 * Looks at what it is given before it returns.
 * @type {(given: unknown) => Promise<WebAssembly.Module>}
 */
export async function compileGiven(given) {
  const known = takerOf(given);
  // Of anything else a promise is all it may be.
  if (known === undefined && !isThenable(given)) throw ofAnotherKind();
  const module = known === undefined ? await compileKept(await given) : await known(given);
  if (!isOurs(module)) throw new NoWasm("it is another program");
  return module;
}

/** What a promise was kept with. @param {unknown} kept */
function compileKept(kept) {
  const known = takerOf(kept);
  if (known === undefined) throw ofAnotherKind();
  return known(kept);
}

/** @type {(given: unknown) => ((given: any) => WebAssembly.Module | Promise<WebAssembly.Module>) | undefined} */
function takerOf(given) {
  if (!isObject(given)) return undefined;
  if (ArrayBuffer.isView(given)) return compileBytes;
  switch (tagIn(given)) {
    case "[object WebAssembly.Module]":
      return (module) => module;
    case "[object ArrayBuffer]":
    case "[object SharedArrayBuffer]":
      return compileBytes;
    case "[object Response]":
      return compileOnce;
    case "[object URL]":
      return compileAt;
    default:
      return undefined;
  }
}

/**
 * Those of the platform are told by their class, too: in workerd they had no tags before 2024-09-26. (Looked up here alone:
 * Node loads its `fetch` where somebody names `Response`.)
 * @param {object} given
 */
function tagIn(given) {
  try {
    const tag = tagOf(given);
    if (tag !== "[object Object]") return tag;
    return given instanceof Response ? "[object Response]" : given instanceof URL ? "[object URL]" : tag;
  } catch {
    // Of a Proxy that has been revoked, say.
    return undefined;
  }
}

/** @param {unknown} given */
function isThenable(given) {
  try {
    return isObject(given) && typeof given["then"] === "function";
  } catch {
    return false;
  }
}

/** @param {Response} response */
function compileOnce(response) {
  const before = compiled.get(response);
  if (before !== undefined) return before;
  const compiling = compileResponse(response);
  compiled.set(response, compiling);
  return compiling;
}

/** @param {WebAssembly.Module} module */
function isOurs(module) {
  try {
    return WebAssembly.Module.exports(module).some(({ name }) => name === OURS);
  } catch {
    throw ofAnotherKind();
  }
}

const ofAnotherKind = () =>
  badConfiguration("wasm", "must be a `WebAssembly.Module`, bytes, a `Response`, a `URL`, or a promise of one");
