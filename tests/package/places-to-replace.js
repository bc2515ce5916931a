// @ts-check
// Where somebody may put something else after the package was loaded: JavaScript's own functions, and what may stand
// there instead. For the programs of `polluted.test.js`.

const { getOwnPropertyNames, getOwnPropertyDescriptor } = Object;

/** Without these no microtask of Node's runs, nor any spread in wasm-bindgen's code: the process ends. */
const OF_NODE = ["Array.pop", "Array.Symbol.iterator"];

/** @extends {Promise<any>} */
class Polyfill extends Promise {}
/** Runs nothing that it is given, and is never kept. */
class Silent {
  then() {}
}
const instead = [
  () => true,
  () => undefined,
  () => [],
  () => {
    throw new Error("replaced");
  },
  // What is gone: a promise without a `then` must not count as an answer.
  undefined,
];

/** @typedef {{ says: string, holder: any, name: string | symbol, value: unknown }} Place */

/** @returns {Place[]} */
export function placesToReplace() {
  /** @type {Place[]} */
  const places = [];
  /** @type {(says: string, holder: any, name: string | symbol, values: unknown[]) => void} */
  const add = (says, holder, name, values) => {
    for (const value of values) places.push({ says: `${says}: ${typeof value === "function" ? value : typeof value}`, holder, name, value });
  };
  for (const name of ["setTimeout", "clearTimeout", "JSON", "crypto", "atob", "btoa", "Uint8Array", "Reflect", "Promise"]) {
    add(name, globalThis, name, [...instead, {}]);
  }
  add("Promise, by a polyfill", globalThis, "Promise", [Polyfill, Silent]);
  /** @type {Record<string, any>} */
  const objects = { JSON, Reflect, Object, Array, Number, String, crypto: Object.getPrototypeOf(crypto), Promise };
  for (const [name, object] of Object.entries(objects)) {
    for (const member of getOwnPropertyNames(object)) {
      if (["prototype", "length", "name", "constructor"].includes(member) || typeof getOwnPropertyDescriptor(object, member)?.value !== "function") continue;
      add(`${name}.${member}`, object, member, instead);
    }
  }
  const typedArray = Object.getPrototypeOf(Uint8Array);
  /** @type {Record<string, any>} */
  const classes = { Array, String, Map, Set, WeakSet, RegExp, Promise, Function, Object, Date, typedArray };
  for (const [name, { prototype }] of Object.entries(classes)) {
    for (const member of getOwnPropertyNames(prototype)) {
      if (member === "constructor" || OF_NODE.includes(`${name}.${member}`) || typeof getOwnPropertyDescriptor(prototype, member)?.value !== "function") continue;
      add(`${name}.prototype.${member}`, prototype, member, instead);
    }
    if (typeof prototype[Symbol.iterator] === "function" && !OF_NODE.includes(`${name}.Symbol.iterator`)) {
      add(`${name}.prototype[Symbol.iterator]`, prototype, Symbol.iterator, instead);
    }
  }
  return places;
}
