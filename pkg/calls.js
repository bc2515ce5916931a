// @ts-check
// The calls of one vault: the text that each hands to the core, how much of it is under way, and their common end.

import { encodeText, then } from "./built-ins.js";
import { badRequest, errorOf, makeError } from "./error.js";
import { LEVELS, TOO_LONG, writeJson } from "./json.js";

/** @import { Call } from "./boundary.js" */
/** @import { Body } from "./body.js" */

// As it was when the module loaded.
const { Promise } = globalThis;

/** What a request's ID may be. */
export const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
export const NO_REQUEST_ID = "must be 1 to 128 characters of `A-Z`, `a-z`, `0-9`, `.`, `_`, `:` and `-`";

/** @typedef {{ maxRequestBytes: number, maxPendingBytes: number }} Limits */

/** What `vault.as` was given. @typedef {{ caller: unknown, requestId?: string | undefined, problem?: string | undefined }} Asker */

/**
 * What a call was given: its parameters and, where the text of `requestBody` comes by itself, that. Both are its own.
 * @typedef {{ parameters: unknown, body: Body | undefined }} Given
 */

/** Rejects a call that the vault's end has met. */
const ENDED = Symbol("ended");

/**
 * Never throws: what is wrong is told to each call.
 * @type {(caller: unknown, options: unknown) => Asker}
 */
export function readAsker(caller, options) {
  if (options === undefined) return askerOf(caller);
  try {
    const given = /** @type {Record<string, unknown>} */ (options);
    for (const name of Reflect.ownKeys(given)) {
      if (name !== "requestId") return askerOf(caller, undefined, "is the only option of `as`");
    }
    const requestId = Object.hasOwn(given, "requestId") ? given["requestId"] : undefined;
    if (requestId === undefined) return askerOf(caller);
    if (typeof requestId === "string" && REQUEST_ID.test(requestId)) return askerOf(caller, requestId);
  } catch {
    // What was thrown may quote anything.
  }
  return askerOf(caller, undefined, NO_REQUEST_ID);
}

/**
 * Every member is its own: what is absent is not what somebody put on `Object.prototype`.
 * @type {(caller: unknown, requestId?: string, problem?: string) => Asker}
 */
const askerOf = (caller, requestId, problem) => ({ caller, requestId, problem });

export class Calls {
  #limits;
  #pendingBytes = 0;
  /** What ends each call that is under way. @type {Set<(reason: unknown) => void>} */
  #underWay = new Set();
  /** @type {{ message: string, cause?: unknown } | undefined} */
  #end;

  /** @param {Limits} limits */
  constructor(limits) {
    this.#limits = limits;
  }

  /**
   * @param {Asker} asker
   * @param {Given} given
   * @param {(request: Uint8Array, body: Uint8Array | undefined, call: Call) => Promise<string>} cross hands the request to the core
   * @returns {Promise<string>}
   */
  async run({ caller, requestId, problem }, { parameters, body }, cross) {
    /** @type {Call} */
    const call = { caller, requestId, wrote: false };
    if (this.#end !== undefined) throw this.#ended(call);
    if (problem !== undefined) throw badRequest("requestId", problem);
    const request = this.#write(parameters);
    // The parameters may have closed the vault, by a getter.
    if (this.#end !== undefined) throw this.#ended(call);
    let counted = 0;
    /** What is read only now may count more. */
    const count = () => {
      const length = request.length + (body?.length ?? 0);
      if (length > this.#limits.maxRequestBytes) throw overLimit("VL1001", 400, "maxRequestBytes", this.#limits);
      if (length - counted > this.#limits.maxPendingBytes - this.#pendingBytes) {
        throw overLimit("VL1002", 503, "maxPendingBytes", this.#limits);
      }
      this.#pendingBytes += length - counted;
      counted = length;
    };
    count();
    /** @type {(reason: unknown) => void} */
    let reject = () => {};
    try {
      /** @type {Promise<string>} */
      const answer = new Promise((resolve, rejects) => {
        reject = rejects;
        this.#underWay.add(reject);
        const begin = async () => {
          // In a turn of its own: the wasm runs on an empty stack, whatever is left of the caller's.
          await body?.load();
          count();
          if (this.#end === undefined) then(cross(request, body?.text, call), resolve, reject);
        };
        then(begin(), () => {}, reject);
      });
      return await answer;
    } catch (thrown) {
      throw thrown === ENDED ? this.#ended(call) : errorOf(thrown);
    } finally {
      this.#underWay.delete(reject);
      this.#pendingBytes -= counted;
    }
  }

  /**
   * Ends what is under way, and whatever comes later.
   * @param {string} message
   * @param {unknown} [cause]
   */
  end(message, cause) {
    this.#end ??= { message, cause };
    for (const reject of this.#underWay) reject(ENDED);
  }

  /** @param {Call} call */
  #ended({ wrote }) {
    const { message = "", cause } = this.#end ?? {};
    if (!wrote) return makeError("VL5002", 500, message, {}, cause);
    return makeError("VL5002", 500, `${message}, and whether the write has landed is unknown`, { outcome: "unknown" }, cause);
  }

  /** @param {unknown} parameters */
  #write(parameters) {
    const { maxRequestBytes: most } = this.#limits;
    const written = writeJson(parameters, LEVELS, most);
    if (written.problem === TOO_LONG) throw overLimit("VL1001", 400, "maxRequestBytes", this.#limits);
    if (written.text === undefined) throw badRequest(written.path || "request", written.problem);
    return encodeText(written.text);
  }
}

/** @type {(code: "VL1001" | "VL1002", status: number, name: keyof Limits, limits: Limits) => Error} */
function overLimit(code, status, name, limits) {
  const what = name === "maxRequestBytes" ? "the request is" : "the requests under way are";
  const [limit, value] = [`settings.${name}`, String(limits[name])];
  return makeError(code, status, `${what} over the limit \`${limit}\` of ${value}`, { limit, value });
}
