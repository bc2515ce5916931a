// @ts-check
// The host as the wasm sees it: the methods that `docs/boundary.md` lists, over the callbacks of `openVault`.

import { WRONG_SHAPE, ask, askNow, isObject } from "./callback.js";
import { packRows, splitLabels, unpackChanges } from "./columns.js";
import { findMisfit } from "./configuration.js";

/** @import { Query, Store, VaultOptions } from "./index.js" */

/**
 * The options, as if all were given: the core was told what is absent, and does not ask for it.
 * @typedef {{ [Name in keyof VaultOptions]-?: NonNullable<VaultOptions[Name]> } & { store: Required<Store> }} Host
 */

/**
 * @typedef {object} Verdict
 * @property {boolean} allow
 * @property {"capability" | "policy" | undefined} because
 * @property {string | undefined} message
 */

/** One bridge for each vault. */
export class Bridge {
  #host;
  #timeoutMs;
  /** @type {Promise<string | undefined> | undefined} */
  #reloading;

  /**
   * @param {VaultOptions} options the object that the host gave: its functions are looked up there at each call, and
   *   called as its methods
   * @param {number} timeoutMs how long a callback may take
   */
  constructor(options, timeoutMs) {
    this.#host = /** @type {Host} */ (options);
    this.#timeoutMs = timeoutMs;
  }

  /** @param {string} claims */
  readClaims(claims) {
    return this.#read({ claims: splitLabels(claims) });
  }

  /**
   * @param {string} terms
   * @param {"active" | "archived" | "any"} state
   * @param {number} now
   * @param {string | undefined} after
   * @param {number} limit
   */
  readTerms(terms, state, now, after, limit) {
    return this.#read({ terms: splitLabels(terms), state, now, after: after ?? null, limit });
  }

  /** @param {Query} query */
  #read(query) {
    return ask(this.#timeoutMs, () => this.#host.store.read(query), packRows);
  }

  /**
   * @param {string} labels
   * @param {Float64Array} numbers
   * @param {Uint8Array} sealed
   */
  write(labels, numbers, sealed) {
    const changes = unpackChanges(labels, numbers, sealed);
    return ask(this.#timeoutMs, () => this.#host.store.write(changes), readBoolean);
  }

  /**
   * @param {unknown} caller
   * @param {string} request
   */
  decide(caller, request) {
    const access = { caller, ...JSON.parse(request) };
    return ask(this.#timeoutMs, () => this.#host.policy(access), readDecision);
  }

  /**
   * @param {unknown} caller
   * @param {string} event
   */
  audit(caller, event) {
    const { id, time, ...others } = JSON.parse(event);
    const audited = { id, time, caller, ...others };
    return ask(this.#timeoutMs, () => this.#host.audit(audited), () => undefined);
  }

  clock() {
    return this.#host.clock === undefined ? Date.now() : askNow(() => this.#host.clock(), readTime);
  }

  /** Runs the host's reload, or joins the one that is running. */
  reload() {
    if (this.#host.reload === undefined) return undefined;
    if (this.#reloading !== undefined) return this.#reloading;
    const reloading = ask(this.#timeoutMs, () => this.#host.reload(), readCollections);
    if (!(reloading instanceof Promise)) return reloading;
    // One that never answers is given up after its time, so that it does not stand in the way of the next.
    this.#reloading = reloading.finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }
}

/** @param {unknown} answer */
function readBoolean(answer) {
  return typeof answer === "boolean" ? answer : WRONG_SHAPE;
}

/** @param {unknown} answer */
function readTime(answer) {
  return typeof answer === "number" && Number.isSafeInteger(answer) ? answer : WRONG_SHAPE;
}

/**
 * No answer of a policy has the wrong shape: what does not allow denies.
 * @param {unknown} answer
 * @returns {Verdict}
 */
function readDecision(answer) {
  if (!isObject(answer)) return { allow: false, because: "policy", message: undefined };
  const { allow, because, message } = answer;
  if (allow === true) return { allow, because: undefined, message: undefined };
  return {
    allow: false,
    because: because === "capability" ? "capability" : "policy",
    message: typeof message === "string" ? message : undefined,
  };
}

/**
 * JSON text of the new collections; `undefined` where there are none.
 * @param {unknown} answer
 */
function readCollections(answer) {
  if (answer === undefined) return undefined;
  if (!isObject(answer) || Object.keys(answer).join() !== "collections") return WRONG_SHAPE;
  const { collections } = answer;
  if (collections === undefined || findMisfit(collections, "collections") !== undefined) return WRONG_SHAPE;
  return JSON.stringify(collections) ?? WRONG_SHAPE;
}
