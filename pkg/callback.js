// @ts-check
// Calls the host: whatever it does, there is an Answer of the right shape, or one that says how the callback failed.
// Nothing here throws, for what calls it is wasm, which no exception may cross.

/** @import { Answer, CallbackFailure, Settled } from "./boundary.js" */

/** Read from an answer of the wrong shape. */
export const WRONG_SHAPE = Symbol("wrong shape");

const TIMED_OUT = Symbol("timed out");

/** @template T @typedef {(answer: unknown) => T | typeof WRONG_SHAPE} Reader */

/**
 * An answer given at once is returned at once, without a timer. A promise or other thenable is awaited for so long;
 * what comes of it later is dropped.
 * @type {<T>(timeoutMs: number, invoke: () => unknown, read: Reader<T>) => Answer<T>}
 */
export const ask = (timeoutMs, invoke, read) =>
  attempt(() => {
    const answer = invoke();
    return isThenable(answer) ? { pending: settle(answer, timeoutMs, read) } : take(read(answer));
  });

/**
 * Here only an answer given at once counts.
 * @type {<T>(invoke: () => unknown, read: Reader<T>) => Settled<T>}
 */
export const askNow = (invoke, read) =>
  attempt(() => {
    const answer = invoke();
    // A promise is the wrong shape; if it rejects, nobody else will handle that. Its own `catch` may be anything.
    if (isThenable(answer)) Promise.race([answer]).catch(() => {});
    return take(read(answer));
  });

/** @type {<T>(pending: unknown, timeoutMs: number, read: Reader<T>) => Promise<Settled<T>>} */
const settle = (pending, timeoutMs, read) =>
  new Promise((resolve) => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      resolve({ failure: { kind: "timeout" } });
    }, timeoutMs);
    /** @param {() => Settled<any>} settled */
    const end = (settled) => {
      if (over) return;
      clearTimeout(timer);
      resolve(attempt(settled));
    };
    // A promise of our own takes any thenable, however it behaves, and settles once.
    new Promise((adopt) => adopt(pending)).then(
      (answer) => end(() => take(read(answer))),
      (cause) => end(() => ({ failure: threw(cause) })),
    );
  });

/** @type {<T>(run: () => T) => T | { failure: CallbackFailure }} */
function attempt(run) {
  try {
    return run();
  } catch (cause) {
    return { failure: threw(cause) };
  }
}

/** @type {<T>(read: T | typeof WRONG_SHAPE) => Settled<T>} */
const take = (value) =>
  value === WRONG_SHAPE ? { failure: { kind: "shape" } } : { value: /** @type {any} */ (value) };

/** @type {(cause: unknown) => CallbackFailure} */
const threw = (cause) => ({ kind: "threw", cause });

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/** @param {unknown} value */
const isThenable = (value) => isObject(value) && typeof value.then === "function";
