// @ts-check
// What the package uses of JavaScript's own while calls run, taken when it is loaded: whoever replaces it later, by
// accident or not, changes nothing here. And how the objects of a host and of callers are read: what somebody put on
// `Object.prototype` is nobody's answer.

/**
 * A method as a function of its object.
 * @type {<Self, Parameters extends any[], Result>(
 *   method: (this: Self, ...parameters: Parameters) => Result,
 * ) => (self: Self, ...parameters: Parameters) => Result}
 */
const unbound = Function.prototype.bind.bind(Function.prototype.call);

export const { apply } = Reflect;
const { getPrototypeOf, getOwnPropertyDescriptor, getOwnPropertyDescriptors } = Object;
export const { defineProperty, freeze, hasOwn, keys: namesOf } = Object;
const { values: valuesOf } = Object;
export const { isArray } = Array;
export const { isNaN, isSafeInteger } = Number;
export const { trunc } = Math;
export const { fromCharCode } = String;
export const { parse: parseJson } = JSON;
export const { Promise: NativePromise, setTimeout, clearTimeout, Uint8Array, Float64Array } = globalThis;
const { TextDecoder, TextEncoder } = globalThis;
const { decode } = TextDecoder.prototype;
const { encode, encodeInto } = TextEncoder.prototype;
/** Milliseconds on a clock that never goes back. */
export const elapsed = performance.now.bind(performance);
export const { atob: fromBase64, btoa: toBase64 } = globalThis;
const fill = crypto.getRandomValues.bind(crypto);

/**
 * Fills bytes at random, and answers them. Node asks `byteLength` how many they are: where somebody has replaced it, it
 * would fill fewer, or none.
 * @type {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>}
 */
export function fillRandom(bytes) {
  if (bytes.byteLength !== lengthOf(bytes)) throw new TypeError("`byteLength` of typed arrays was replaced");
  return fill(bytes);
}

export const nativeThen = Promise.prototype.then;
export const isPromise = /** @type {(value: unknown) => boolean} */ (
  unbound(Object.prototype.isPrototypeOf).bind(undefined, Promise.prototype)
);
export const then = unbound(nativeThen);
const exec = unbound(RegExp.prototype.exec);
/** @type {(pattern: RegExp, text: string) => boolean} */
export const isMatch = (pattern, text) => exec(pattern, text) !== null;
export const unitAt = unbound(String.prototype.charCodeAt);
export const startsWith = unbound(String.prototype.startsWith);
export const endsWith = unbound(String.prototype.endsWith);
export const lowerCase = unbound(String.prototype.toLowerCase);
export const split = /** @type {(text: string, by: string) => string[]} */ (/** @type {unknown} */ (unbound(String.prototype.split)));
/** `map` makes its list by `Symbol.species`, which may be another by now. @type {<T, U>(list: T[], each: (item: T) => U) => U[]} */
export function mapList(list, each) {
  /** @type {any[]} */
  const mapped = [];
  for (let at = 0; at < list.length; at += 1) mapped[at] = each(/** @type {any} */ (list[at]));
  return mapped;
}
export const joinTexts = /** @type {(texts: string[], between: string) => string} */ (unbound(Array.prototype.join));
export const encodeText = unbound(encode).bind(undefined, new TextEncoder());
export const setHas = unbound(Set.prototype.has);
export const setAdd = /** @type {<T>(set: Set<T>, value: T) => Set<T>} */ (unbound(Set.prototype.add));
export const setDelete = /** @type {<T>(set: Set<T>, value: T) => boolean} */ (unbound(Set.prototype.delete));
export const mapGet = /** @type {<K, V>(map: Map<K, V>, key: K) => V | undefined} */ (unbound(Map.prototype.get));
export const mapGetWeak = /** @type {<K extends WeakKey, V>(map: WeakMap<K, V>, key: K) => V | undefined} */ (unbound(WeakMap.prototype.get));
export const mapSetWeak = /** @type {<K extends WeakKey, V>(map: WeakMap<K, V>, key: K, value: V) => WeakMap<K, V>} */ (
  unbound(WeakMap.prototype.set)
);

/** Such as `[object Object]`. @type {(value: unknown) => string} */
export const tagOf = unbound(Object.prototype.toString);

const typedArray = getPrototypeOf(Uint8Array.prototype);
/** @type {(name: string | symbol) => (array: unknown) => any} */
const readerOf = (name) => {
  const get = getOwnPropertyDescriptor(typedArray, name)?.get;
  if (get === undefined) throw new TypeError("no typed arrays");
  return unbound(get);
};
/** The name of a typed array of whatever realm; unlike `instanceof`, it cannot be forged. */
const kindOf = readerOf(Symbol.toStringTag);
/** However many bytes an object says that it has. */
export const lengthOf = /** @type {(bytes: Uint8Array) => number} */ (readerOf("length"));
export const setBytes = /** @type {(into: Uint8Array, bytes: ArrayLike<number>, at?: number) => void} */ (unbound(typedArray.set));
export const copyBytes = /** @type {(bytes: Uint8Array, from: number, to: number) => Uint8Array} */ (unbound(typedArray.slice));
export const viewBytes = /** @type {(bytes: Uint8Array, from: number, to: number) => Uint8Array} */ (unbound(typedArray.subarray));

/** @param {unknown} value @returns {value is Uint8Array} */
export const isBytes = (value) => kindOf(value) === "Uint8Array";

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/**
 * A property of an object itself; undefined for what it lacks, and for what is no object.
 * @type {(object: unknown, name: string) => unknown}
 */
export const ownOf = (object, name) => (isObject(object) && hasOwn(object, name) ? object[name] : undefined);

/** Prototypes of JavaScript's own and of the platform's, but for that of promises: their `then` is theirs to inherit. */
const builtIn = new WeakSet(
  Object.values(getOwnPropertyDescriptors(globalThis)).flatMap(({ value }) => {
    const prototype = typeof value === "function" && value !== Promise ? value.prototype : undefined;
    return isObject(prototype) ? [prototype] : [];
  }),
);
const isBuiltIn = unbound(WeakSet.prototype.has).bind(undefined, builtIn);

/** Classes deeper than this are no store of anybody's; a Proxy may go on for ever. */
const MOST_CLASSES = 100;

/**
 * What a host provides under a name, a function or its store: the object's own, or inherited from its class, never from
 * `Object.prototype` or another built-in's. A Proxy that answers for what none of them has, a stub of something remote,
 * is believed.
 * @param {unknown} object
 * @param {string} name
 */
export function providedBy(object, name) {
  if (!isObject(object)) return undefined;
  /** @type {object | null} */
  let holder = object;
  for (let depth = 0; holder !== null; depth += 1) {
    const next = getPrototypeOf(holder);
    if (hasOwn(holder, name)) {
      // What has no prototype is an `Object.prototype`, of whatever realm, unless it is the object itself.
      const inherited = holder !== object && (next === null || isBuiltIn(holder));
      return inherited ? undefined : object[name];
    }
    if (depth === MOST_CLASSES) return undefined;
    holder = next;
  }
  return object[name];
}

/**
 * An object without members of its own or of others': what is assigned to it is its own, whatever is on
 * `Object.prototype`, be it an accessor or read-only.
 * @type {new () => Record<string, unknown>}
 */
export const Bare = /** @type {any} */ (function () {});
Bare.prototype = Object.create(null);
Object.assign(Bare, { getPrototypeOf, assign: Object.assign });

/** As many items as the lists of a row have at most. To ask for all names that are planted would take as long as half a call. */
const TRIED = 64;
/** @type {unknown[]} */
const empty = [];
const List = Array;
const fillList = /** @type {(list: unknown[], item: unknown) => unknown[]} */ (unbound(Array.prototype.fill));

/** Whether the first items of lists get lost: somebody has planted an accessor, or what cannot be written over, under an index. */
export function losesItems() {
  for (let at = 0; at < TRIED; at += 1) {
    // There is something; whether an assignment gets past it is seen by trying.
    if (at in empty) return fillLosesItems();
  }
  return false;
}

function fillLosesItems() {
  try {
    return valuesOf(fillList(new List(TRIED), true)).length < TRIED;
  } catch {
    return true;
  }
}

/** A method of an object's own, whatever somebody puts in the place of its class's. @param {unknown} method */
const own = (method) =>
  /** @type {PropertyDescriptor} */ ({ __proto__: null, value: method, configurable: true, writable: true, enumerable: true });

/**
 * Waits by this `then` from now on. Defined, for `Promise.prototype` may be frozen.
 * @type {<P extends Promise<any>>(promise: P) => P}
 */
export const withOwnThen = (promise) => defineProperty(promise, "then", own(nativeThen));

/** Makes the platform's decoders and encoders, for the bindings: what they do is theirs. */
export function OwnTextDecoder(/** @type {string} */ label, /** @type {TextDecoderOptions} */ options) {
  return defineProperty(new TextDecoder(label, options), "decode", own(decode));
}
export function OwnTextEncoder() {
  return defineProperty(defineProperty(new TextEncoder(), "encode", own(encode)), "encodeInto", own(encodeInto));
}
