// @ts-check
// A host whose callbacks can be told to misbehave, one at a time, each in any of the ways that JavaScript allows.

import { NaiveStore } from "../store/naive-store.js";

/** @import { Hand } from "./rules.js" */

/** The callbacks, as an error's `context.callback` names them. */
export const callbacks = /** @type {const} */ (["store.read", "store.write", "policy", "audit", "clock", "reload"]);

/** @typedef {(typeof callbacks)[number]} Callback */

/** How a misbehaving callback answers. @typedef {(good: () => unknown) => unknown} Way */

/** What the hostile callbacks throw. Its words must show up in no error's body. */
export const hostError = new Error("the host's own words");

/**
 * What a way comes down to: a `plain` answer at once, or one `later`; the host's error thrown at once or as a
 * rejection, before its work or after it; a `silent` host; `nothing` (undefined); an answer of the `wrong` shape.
 * @typedef {"plain" | "later" | "throws" | "rejects" | "throws after" | "rejects after" | "silent" | "nothing" | "wrong"} Kind
 */

/** @type {[string, Kind, Way][]} */
export const ways = [
  ["a plain value", "plain", (good) => good()],
  ["a promise", "later", async (good) => good()],
  ["a promise of later", "later", (good) => new Promise((resolve) => setTimeout(() => resolve(good()), 2))],
  ["a thenable", "later", (good) => ({ then: (/** @type {Function} */ resolve) => resolve(good()) })],
  [
    "a callable thenable of later",
    "later",
    (good) =>
      Object.assign(() => {}, { then: (/** @type {Function} */ resolve) => void setTimeout(() => resolve(good()), 2) }),
  ],
  [
    "a synchronous throw",
    "throws",
    () => {
      throw hostError;
    },
  ],
  ["a rejection", "rejects", () => Promise.reject(hostError)],
  [
    "a thenable that rejects",
    "rejects",
    () => ({ then: (/** @type {unknown} */ _, /** @type {Function} */ reject) => reject(hostError) }),
  ],
  [
    "a getter that throws",
    "throws",
    () => ({
      get then() {
        throw hostError;
      },
    }),
  ],
  [
    "a Proxy that throws",
    "throws",
    () => {
      const trap = () => {
        throw hostError;
      };
      return new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap });
    },
  ],
  [
    "a throw after it has done its work",
    "throws after",
    (good) => {
      good();
      throw hostError;
    },
  ],
  [
    "a rejection after it has done its work",
    "rejects after",
    async (good) => {
      good();
      throw hostError;
    },
  ],
  ["no answer", "silent", () => new Promise(() => {})],
  ["a thenable without an answer", "silent", () => ({ then() {} })],
  ["nothing", "nothing", () => undefined],
  ["a promise of nothing", "nothing", async () => undefined],
  ["null", "wrong", () => null],
  ["a number", "wrong", () => NaN],
  ["text", "wrong", () => "allow"],
  ["an empty object", "wrong", () => ({})],
  ["a list of null", "wrong", () => [null]],
  ["a promise of the wrong shape", "wrong", async () => ({ allow: 1, collections: 1 })],
];

/**
 * A vault over a host that behaves until it is told not to. Its good answers are all plain values.
 * @param {Pick<Hand, "open">} hand
 * @param {number} timeoutMs
 */
export async function openHostile({ open }, timeoutMs) {
  const store = new NaiveStore();
  /** @type {Callback | undefined} */
  let misbehaving;
  /** @type {Way} */
  let way = (good) => good();
  /**
   * @param {Callback} callback
   * @param {() => unknown} good
   * @returns {any}
   */
  const answer = (callback, good) => (callback === misbehaving ? way(good) : good());

  const vault = await open({
    store: {
      read: (query) => answer("store.read", () => store.read(query)),
      write: (changes) => answer("store.write", () => store.write(changes)),
    },
    policy: () => answer("policy", () => ({ allow: true })),
    audit: () => answer("audit", () => undefined),
    clock: () => answer("clock", () => Date.now()),
    reload: () => answer("reload", () => undefined),
    settings: { timeoutMs },
  });
  return {
    vault,
    store,
    /**
     * @param {Callback} callback
     * @param {Way} as
     */
    misbehave(callback, as) {
      misbehaving = callback;
      way = as;
    },
    behave() {
      misbehaving = undefined;
    },
  };
}
