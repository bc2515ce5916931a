// @ts-check
// Calls the host: whatever it does, there is an answer of the right shape, or a CallbackFailure.

/** @import { CallbackFailure } from "./boundary.js" */

/**
 * Read from an answer of the wrong shape. No exception: what is thrown while an answer is read, by a getter or a Proxy,
 * is the host's own.
 * @type {unique symbol}
 */
export const WRONG_SHAPE = Symbol("wrong shape");

const TIMED_OUT = Symbol("timed out");

/** @template T @typedef {(answer: unknown) => T | typeof WRONG_SHAPE} Reader */

/**
 * An answer given at once is returned at once, without a timer. A promise or other thenable is awaited for so long;
 * what comes of it later is dropped.
 * @type {<T>(timeoutMs: number, invoke: () => unknown, read: Reader<T>) => T | Promise<T>}
 */
export const ask = (timeoutMs, invoke, read) =>
  attempt(() => {
    const answer = invoke();
    return isThenable(answer) ? settle(answer, timeoutMs, read) : read(answer);
  });

/**
 * Here only an answer given at once counts.
 * @type {<T>(invoke: () => unknown, read: Reader<T>) => T}
 */
export const askNow = (invoke, read) =>
  attempt(() => {
    const answer = invoke();
    // A promise is the wrong shape; if it rejects, nobody else will handle that.
    if (isThenable(answer)) Promise.resolve(answer).catch(() => {});
    return read(answer);
  });

/** @type {<T>(pending: unknown, timeoutMs: number, read: Reader<T>) => Promise<T>} */
async function settle(pending, timeoutMs, read) {
  let timer, answer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs, TIMED_OUT);
  });
  try {
    // The race handles `pending`, so that a late rejection is not an unhandled one.
    answer = await Promise.race([pending, timeout]);
  } catch (cause) {
    throw threw(cause);
  } finally {
    clearTimeout(timer);
  }
  if (answer === TIMED_OUT) throw { kind: "timeout" };
  return attempt(() => read(answer));
}

/** @type {<T>(read: () => T | typeof WRONG_SHAPE) => T} */
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

/** @type {(cause: unknown) => CallbackFailure} */
const threw = (cause) => ({ kind: "threw", cause });

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/** @param {unknown} value */
const isThenable = (value) => isObject(value) && typeof value.then === "function";
