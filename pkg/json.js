// @ts-check
// Writes what a caller or a host hands in as JSON text: all of it, or nothing and the place of what JSON would lose.

import { Bare, losesItems } from "./built-ins.js";

/** @typedef {{ text: string, problem?: undefined, path?: undefined, thrown?: undefined }} Written */
/**
 * What is wrong at the path; where something was thrown, as by a getter, that too.
 * @typedef {{ text?: undefined, problem: string, path: string, thrown?: { cause: unknown } | undefined }} Unwritten
 */

// As they were when the module loaded: what takes their places later loses nothing either.
const { stringify, isRawJSON: isRaw = () => false } = /** @type {JSON & { isRawJSON?: (value: unknown) => boolean }} */ (JSON);
const { defineProperty, getOwnPropertyDescriptor, getOwnPropertySymbols, getPrototypeOf, hasOwn, keys } = Object;
const { isArray } = Array;
const { isFinite } = Number;
const { isView } = ArrayBuffer;
const { apply } = Reflect;
const { propertyIsEnumerable } = Object.prototype;
const { getTime, toISOString } = Date.prototype;
const { toJSON: urlToJson } = URL.prototype;
const { toString: sourceOf } = Function.prototype;
const { valueOf: stringOf } = String.prototype;
const { valueOf: numberOf } = Number.prototype;
const { valueOf: booleanOf } = Boolean.prototype;

/** The core's reader goes no deeper. */
export const LEVELS = 127;

/** A key that is no name may be personal data: no error repeats it. */
export const NAME = /^[A-Za-z_][A-Za-z0-9_.]{0,80}$/;

/** Classes of the platform's that some runtimes write in JavaScript, so that their source does not tell. */
const PLATFORM = ["Blob", "Buffer", "File", "FormData", "Headers", "Request", "Response", "URL", "URLSearchParams"];

/** Deeper than this goes nothing but a Proxy, which may go on for ever. */
const MOST_CLASSES = 100;

/** A property that is there and hides what is above. */
const NOTHING = /** @type {PropertyDescriptor} */ ({ __proto__: null, value: undefined });

/** What is written as a text, a number or a boolean, and nothing of its members with it. */
const STANDING_FOR = ["Date", "String", "Number", "Boolean"];

/** Why a value cannot be written. */
class Refusal {
  problem;

  /** @param {string} problem */
  constructor(problem) {
    this.problem = problem;
  }
}

/**
 * What is `undefined` in an object counts as absent, as for `JSON.stringify`. Everything is read once, into a copy: what
 * was looked at is what is written, whatever a getter would answer the second time.
 * @type {(value: unknown, levels: number, most: number) => Written | Unwritten}
 */
export function writeJson(value, levels, most) {
  const copying = new Copying(levels, most);
  if (losesItems()) return { text: undefined, problem: "cannot be copied: `Object.prototype` swallows the items of lists", path: "", thrown: undefined };
  try {
    return { text: stringify(copying.copy(value)), problem: undefined, path: undefined, thrown: undefined };
  } catch (thrown) {
    const path = copying.path();
    if (thrown instanceof Refusal) return { text: undefined, problem: thrown.problem, path, thrown: undefined };
    // What was thrown may quote anything.
    return { text: undefined, problem: "cannot be read", path, thrown: { cause: thrown } };
  }
}

/** Where a value is too long, its `problem` is this. */
export const TOO_LONG = "is too long";

class Copying {
  /** The objects and lists it is in, and the key or index in each; `depth` says how many. @type {object[]} */
  #within = [];
  /** @type {(string | number | undefined)[]} */
  #trail = [];
  #depth = 0;
  #levels;
  /** Units of text that may still follow. Less than all is counted: the text itself is measured in the end. */
  #left;
  /** Whether somebody has planted a `toJSON` that lists would have. */
  #planted = "toJSON" in [];

  /** @param {number} levels @param {number} most */
  constructor(levels, most) {
    this.#levels = levels;
    this.#left = most;
  }

  path() {
    let path = "";
    for (const step of this.#trail.slice(0, this.#depth)) {
      if (typeof step === "number") path += `[${step}]`;
      else if (step === undefined || !NAME.test(step)) break;
      else path += path === "" ? step : `.${step}`;
    }
    return path;
  }

  /** @param {unknown} value @returns {unknown} */
  copy(value) {
    switch (typeof value) {
      case "string":
        this.#count(value.length + 2);
        if (!value.isWellFormed()) throw new Refusal("holds half of a surrogate pair");
        return value;
      case "number":
        this.#count(1);
        if (!isFinite(value)) throw new Refusal("is no finite number");
        return value;
      case "boolean":
        return value;
      case "object":
        return value === null ? null : this.#copyObject(value);
      case "undefined":
        throw new Refusal("is undefined");
      default:
        throw new Refusal(`is a ${typeof value}, which JSON cannot carry`);
    }
  }

  /** @param {object} value */
  #copyObject(value) {
    const prototype = getPrototypeOf(value);
    const plain = isArray(value) ? prototype === Array.prototype : prototype === Object.prototype || prototype === null;
    if (prototype === null && isRaw(value)) throw new Refusal("is raw JSON text");
    if (plain && !hasOwn(value, "toJSON")) return isArray(value) ? this.#copyList(value) : this.#copyMembers(value, keys(value));
    if (isView(value)) throw new Refusal("is binary, which JSON cannot carry");
    const toJson = findToJson(value);
    if (toJson === undefined) return this.#copyAsItIs(value);
    const key = this.#depth === 0 ? "" : String(this.#trail[this.#depth - 1]);
    const stand = apply(toJson, value, [key]);
    // So answer the invalid times of several libraries.
    if (stand === null || stand === undefined) throw new Refusal("has a `toJSON` that answers nothing");
    return typeof stand === "object" ? this.#copyAsItIs(stand) : this.copy(stand);
  }

  /** Without its `toJSON`. @param {object} value */
  #copyAsItIs(value) {
    if (isArray(value)) return this.#copyList(value);
    const kind = kindOf(value);
    if (STANDING_FOR.includes(String(kind))) refuseMembers(value, String(kind));
    switch (kind) {
      case "Date":
        if (Number.isNaN(apply(getTime, value, []))) throw new Refusal("is an invalid date");
        return apply(toISOString, value, []);
      case "String":
        return this.copy(apply(stringOf, value, []));
      case "Number":
        return this.copy(apply(numberOf, value, []));
      case "Boolean":
        return this.copy(apply(booleanOf, value, []));
      case "Object":
      case undefined: {
        const names = keys(value);
        if (kind === undefined && names.length === 0) throw new Refusal("has no members that JSON can carry");
        return this.#copyMembers(value, names);
      }
      default:
        throw new Refusal(`is a ${kind}, which JSON cannot carry`);
    }
  }

  /** @param {unknown[]} list */
  #copyList(list) {
    const depth = this.#enter(list);
    /** @type {unknown[]} */
    const copy = [];
    if (this.#planted) defineProperty(copy, "toJSON", NOTHING);
    for (let index = 0; index < list.length; index += 1) {
      this.#trail[depth] = index;
      this.#count(1);
      copy[index] = this.copy(list[index]);
    }
    this.#depth = depth;
    if (keys(list).length !== copy.length || hasSymbols(list)) throw new Refusal("is a list with other members than its items");
    return copy;
  }

  /** @param {object} value @param {string[]} names */
  #copyMembers(value, names) {
    const depth = this.#enter(value);
    // No key of it means anything.
    const copy = new Bare();
    for (let at = 0; at < names.length; at += 1) {
      const name = /** @type {string} */ (names[at]);
      this.#trail[depth] = name;
      const member = /** @type {Record<string, unknown>} */ (value)[name];
      if (member === undefined) continue;
      if (!name.isWellFormed()) throw new Refusal("has a key that holds half of a surrogate pair");
      this.#count(name.length + 4);
      copy[name] = this.copy(member);
    }
    if (hasSymbols(value)) {
      this.#trail[depth] = undefined;
      throw new Refusal("has a key that is a symbol, which JSON cannot carry");
    }
    this.#depth = depth;
    return copy;
  }

  /** @param {object} value @returns {number} how deep it lies */
  #enter(value) {
    const depth = this.#depth;
    for (let above = 0; above < depth; above += 1) {
      if (this.#within[above] === value) throw new Refusal("leads back to what it is in");
    }
    if (depth === this.#levels) throw new Refusal(`is nested in more than ${LEVELS} levels`);
    this.#count(1);
    this.#within[depth] = value;
    this.#trail[depth] = undefined;
    this.#depth = depth + 1;
    return depth;
  }

  /** @param {number} units */
  #count(units) {
    this.#left -= units;
    if (this.#left < 0) throw new Refusal(TOO_LONG);
  }
}

/** Whether it has members that no text names. @param {object} value */
function hasSymbols(value) {
  const symbols = getOwnPropertySymbols(value);
  // Most have none: those cost nothing more.
  if (symbols.length === 0) return false;
  for (let at = 0; at < symbols.length; at += 1) {
    if (apply(propertyIsEnumerable, value, [symbols[at]])) return true;
  }
  return false;
}

/** The characters of a text are members of its object. @type {(value: object, kind: string) => void} */
function refuseMembers(value, kind) {
  const characters = kind === "String" ? apply(stringOf, value, []).length : 0;
  if (keys(value).length !== characters || hasSymbols(value)) throw new Refusal(`is a ${kind} with members of its own`);
}

/**
 * The `toJSON` of the value itself or of its class. Of what a built-in has, only the platform's own: one that somebody
 * has planted there was not made for this value. A date is written without it.
 * @type {(value: any) => Function | undefined}
 */
function findToJson(value) {
  let classes = 0;
  for (let holder = value; holder !== null; holder = getPrototypeOf(holder), classes += 1) {
    if (classes > MOST_CLASSES) throw new Refusal("has more classes than can be looked at");
    if (!hasOwn(holder, "toJSON")) continue;
    const { toJSON } = value;
    if (typeof toJSON !== "function") return undefined;
    const builtIn = holder === value ? undefined : builtInOf(holder);
    if (builtIn === undefined) return toJSON;
    return builtIn !== "Date" && (isNative(toJSON) || toJSON === urlToJson) ? toJSON : undefined;
  }
  return undefined;
}

/**
 * The name of the built-in that an object is one of, in whatever realm: `Object` for one that is plain; none for one of
 * a class that descends from none.
 * @param {object} value
 */
function kindOf(value) {
  let prototype = getPrototypeOf(value);
  if (prototype === null) return "Object";
  const plain = builtInOf(prototype) === "Object";
  for (let classes = 0; prototype !== null; prototype = getPrototypeOf(prototype), classes += 1) {
    if (classes > MOST_CLASSES) throw new Refusal("has more classes than can be looked at");
    const builtIn = builtInOf(prototype);
    if (builtIn !== undefined && builtIn !== "Object") return builtIn;
  }
  return plain ? "Object" : undefined;
}

/** The name of the built-in whose prototype this is, if it is one. @param {object} prototype @returns {string | undefined} */
function builtInOf(prototype) {
  const made = getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof made !== "function" || made.prototype !== prototype) return undefined;
  const name = String(getOwnPropertyDescriptor(made, "name")?.value);
  if (isNative(made)) return name;
  return PLATFORM.includes(name) && /** @type {any} */ (globalThis)[name] === made ? name : undefined;
}

/** @param {Function} made */
const isNative = (made) => /\{\s*\[native code\]\s*\}\s*$/.test(apply(sourceOf, made, []));
