// @ts-check
// One instance of the wasm, for one vault: its own memory, its own bindings. If it traps, it is over, and nothing else is.

import { Bare, OwnTextDecoder, OwnTextEncoder, fillRandom, ownOf, setAdd, setDelete, then, withOwnThen } from "./built-ins.js";
import { makeBindings } from "./wasm/vaultlet_bg.js";

/** @import { Bridge } from "./boundary.js" */
/** @import { Core } from "./wasm/vaultlet_bg.js" */

// As they were when the module loaded: no randomness repeats because somebody has replaced its source since.
const { Promise, WebAssembly, queueMicrotask } = globalThis;
const { Instance, instantiate } = WebAssembly;

const globals = {
  globalThis: { crypto: { getRandomValues: fillRandom }, queueMicrotask },
  Promise,
  // What they make is assigned member by member: nothing that is on `Object.prototype` may swallow one.
  Object: Bare,
  TextDecoder: OwnTextDecoder,
  TextEncoder: OwnTextEncoder,
  queueMicrotask,
  // No FinalizationRegistry: what an instance holds goes when it goes, and nobody calls it after its end.
};

/** What an export answers once the instance is over. The bindings look for an error in it, and find none. */
const NOTHING = /** @type {readonly unknown[]} */ (Object.freeze([]));

/** Thrown through the wasm of an instance that is over, to leave it. */
const LEAVING = Symbol("leaving");

/** Where a promise of the host's leads to, until the instance is over. @typedef {{ resolve: ((value: unknown) => void) | undefined }} Place */

/**
 * Outside of the instance, for the host's promise keeps what it is given here: the bindings have views of the memory.
 * @type {(pending: Promise<unknown>, place: Place) => void}
 */
const follow = (pending, place) => void then(pending, (value) => place.resolve?.(value));

/**
 * @typedef {object} Running
 * @property {(configuration: string, secrets: Uint8Array, bridge: Bridge) => Core} open throws an `ErrorReport`
 * @property {() => void} wipeStack wipes what the last run has left on the stack
 * @property {() => void} end wipes the memory and lets go of it, as soon as nothing runs in it
 */

/**
 * `onTrap` is told once, with what was thrown; the instance has then ended.
 * @type {(module: WebAssembly.Module, onTrap: (cause: unknown) => void) => Promise<Running>}
 */
export async function startInstance(module, onTrap) {
  /** How many calls of the wasm are on the stack. */
  let depth = 0;
  let over = false;
  /** The instance's own. @type {Record<string, any> | undefined} */
  let wasm;
  /** What the bindings have of them. @type {Record<string, any>} */
  const exports = Object.create(null);
  /** @type {Uint8Array | undefined} */
  let stack;
  /** Where the wasm awaits the host. @type {Set<Place>} */
  const awaited = new Set();

  /** Nothing may run in it any more, and no promise of the host's that is never kept may keep it. */
  function leave() {
    for (const place of awaited) place.resolve = undefined;
    awaited.clear();
    for (const name of Object.keys(exports)) {
      if (typeof exports[name] === "function") exports[name] = () => NOTHING;
    }
  }

  function release() {
    if (wasm === undefined) return;
    leave();
    const { memory } = wasm;
    new Uint8Array(memory.buffer).fill(0);
    // Makes the bindings' views of it empty.
    memory.grow(0);
    // The table, and each global too, would keep the instance.
    for (const name of Object.keys(exports)) if (typeof exports[name] !== "function") exports[name] = undefined;
    wasm = stack = undefined;
  }

  function end() {
    over = true;
    if (depth === 0) release();
  }

  /**
   * Whatever is thrown out of the wasm has left it halfway: a trap, a stack that ran out, an import that failed. Here it
   * stops, for below may be nobody but the event loop.
   * @type {(run: Function) => Function}
   */
  const guard = (run) => (/** @type {unknown[]} */ ...parameters) => {
    depth += 1;
    try {
      return run(...parameters);
    } catch (error) {
      leave();
      if (!over) {
        over = true;
        onTrap(error);
      }
      if (depth > 1) throw error;
      return NOTHING;
    } finally {
      depth -= 1;
      if (over && depth === 0) release();
    }
  };

  const bindings = makeBindings({
    // What is left out is absent, whatever is on `Object.prototype`.
    __proto__: null,
    ...globals,
    WebAssembly: {
      Instance,
      async instantiate(/** @type {WebAssembly.Module} */ from, /** @type {WebAssembly.Imports} */ imports) {
        wasm = (await instantiate(from, imports)).exports;
        for (const [name, value] of Object.entries(wasm)) exports[name] = typeof value === "function" ? guard(value) : value;
        return { module: from, instance: { exports } };
      },
    },
  });
  await bindings(/** @type {any} */ ({ __proto__: Bare.prototype, module_or_path: module }));

  /** @param {Promise<unknown>} pending of the bridge's, which never rejects */
  function hold(pending) {
    /** @type {Place} */
    const place = { resolve: undefined };
    setAdd(awaited, place);
    follow(pending, place);
    const held = new Promise((resolve) => {
      place.resolve = (value) => {
        setDelete(awaited, place);
        resolve(value);
      };
    });
    // The bindings follow it by its `then`.
    return withOwnThen(held);
  }

  /** A callback may end the vault that has called it: the wasm does not go on. @type {(bridge: any) => any} */
  const leaving = (bridge) =>
    Object.fromEntries(
      Object.entries(bridge).map(([name, method]) => [
        name,
        (/** @type {unknown[]} */ ...parameters) => {
          const answer = method.apply(bridge, parameters);
          if (over) throw LEAVING;
          // Its own: the answer may be a number, too, which has whatever is on `Object.prototype`.
          const pending = /** @type {Promise<unknown> | undefined} */ (ownOf(answer, "pending"));
          return pending === undefined ? answer : { ...answer, pending: hold(pending) };
        },
      ]),
    );

  return {
    open: (configuration, secrets, bridge) => new bindings.Core(configuration, secrets, leaving(bridge)),
    wipeStack() {
      if (wasm === undefined || depth > 0) return;
      if (stack?.buffer !== wasm["memory"].buffer) stack = new Uint8Array(wasm["memory"].buffer, 0, wasm["__global_base"].value);
      stack?.fill(0);
    },
    end,
  };
}
