// @ts-check
// Calling the host: whatever it does, there is an answer of the right shape, or a CallbackFailure.

/** @import { CallbackFailure } from "./boundary.js" */

/**
 * What a reader of answers returns for one that is not of the contract's shape. No exception: whatever is thrown while
 * an answer is read, by a getter or a Proxy, is the host's own.
 * @type {unique symbol}
 */
export const WRONG_SHAPE = Symbol("wrong shape");

const TIMED_OUT = Symbol("timed out");

/** @type {(cause: unknown) => CallbackFailure} */
const threw = (cause) => ({ kind: "threw", cause });

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/** @param {unknown} value */
const isThenable = (value) => isObject(value) && typeof value.then === "function";

/**
 * Calls the host. An answer given at once is returned at once, without a timer; a promise or another thenable is
 * awaited for so long, and whatever comes of it later is dropped.
 * @template T
 * @param {number} timeoutMs
 * @param {() => unknown} invoke
 * @param {(answer: unknown) => T | typeof WRONG_SHAPE} read
 * @returns {T | Promise<T>} throws, or rejects with, a CallbackFailure
 */
export function ask(timeoutMs, invoke, read) {
  return attempt(() => {
    const answer = invoke();
    return isThenable(answer) ? settle(answer, timeoutMs, read) : read(answer);
  });
}

/**
 * Calls a function of the host that must answer at once.
 * @template T
 * @param {() => unknown} invoke
 * @param {(answer: unknown) => T | typeof WRONG_SHAPE} read
 * @returns {T} throws a CallbackFailure
 */
export function askNow(invoke, read) {
  return attempt(() => {
    const answer = invoke();
    // A promise is the wrong shape; if it rejects, nobody else will handle that.
    if (isThenable(answer)) Promise.resolve(answer).catch(() => {});
    return read(answer);
  });
}

/**
 * @template T
 * @param {unknown} pending
 * @param {number} timeoutMs
 * @param {(answer: unknown) => T | typeof WRONG_SHAPE} read
 * @returns {Promise<T>}
 */
async function settle(pending, timeoutMs, read) {
  let timer, answer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs, TIMED_OUT);
  });
  try {
    // The race handles `pending`, so that a rejection which comes too late is not an unhandled one.
    answer = await Promise.race([pending, timeout]);
  } catch (cause) {
    throw threw(cause);
  } finally {
    clearTimeout(timer);
  }
  if (answer === TIMED_OUT) throw { kind: "timeout" };
  return attempt(() => read(answer));
}

/**
 * @template T
 * @param {() => T | typeof WRONG_SHAPE} read
 * @returns {T}
 */
function attempt(read) {
  let taken;
  try {
    taken = read();
  } catch (cause) {
    throw threw(cause);
  }
  if (taken === WRONG_SHAPE) throw { kind: "shape" };
  return taken;
}
