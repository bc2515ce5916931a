// @ts-check
// Calling the host: whatever it does, there is an answer of the right shape or a CallbackFailure.

/**
 * How a callback failed, as the core is told: it threw or rejected with `cause`, answered the wrong shape, or did
 * not answer in time.
 * @typedef {{ kind: "threw" | "shape" | "timeout", cause?: unknown }} CallbackFailure
 */

/**
 * What a reader of answers returns for one that is not of the contract's shape. A value and not an exception, so
 * that whatever is thrown while an answer is read (by a getter, by a Proxy) is the host's own.
 * @type {unique symbol}
 */
export const WRONG_SHAPE = Symbol("wrong shape");

const TIMED_OUT = Symbol("timed out");

/**
 * Calls the host, which may answer at once, or a promise or other thenable, or throw, or never answer.
 *
 * An answer given at once needs no timer, and is returned at once. After a timeout a late answer, or a late
 * rejection, is dropped.
 * @template T
 * @param {number} timeoutMs
 * @param {() => unknown} invoke
 * @param {(answer: unknown) => T | typeof WRONG_SHAPE} read
 * @returns {T | Promise<T>} throws, or rejects with, a {@link CallbackFailure}
 */
export function ask(timeoutMs, invoke, read) {
  /** @type {unknown} */
  let answer;
  /** @type {boolean} */
  let later;
  try {
    answer = invoke();
    later = isThenable(answer);
  } catch (cause) {
    throw threw(cause);
  }
  return later ? settle(answer, timeoutMs, read) : take(answer, read);
}

/**
 * Calls a host's function that must answer at once.
 * @template T
 * @param {() => unknown} invoke
 * @param {(answer: unknown) => T | typeof WRONG_SHAPE} read
 * @returns {T} throws a {@link CallbackFailure}
 */
export function askNow(invoke, read) {
  /** @type {unknown} */
  let answer;
  try {
    answer = invoke();
    // A promise is the wrong shape; if it rejects, nobody else will handle that.
    if (isThenable(answer)) Promise.resolve(answer).catch(() => {});
  } catch (cause) {
    throw threw(cause);
  }
  return take(answer, read);
}

/**
 * @template T
 * @param {unknown} pending
 * @param {number} timeoutMs
 * @param {(answer: unknown) => T | typeof WRONG_SHAPE} read
 * @returns {Promise<T>}
 */
async function settle(pending, timeoutMs, read) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs, TIMED_OUT);
  });
  /** @type {unknown} */
  let answer;
  try {
    // The race attaches its handlers to `pending`, so a rejection that comes late is a handled one.
    answer = await Promise.race([pending, timeout]);
  } catch (cause) {
    throw threw(cause);
  } finally {
    clearTimeout(timer);
  }
  if (answer === TIMED_OUT) throw timedOut;
  return take(answer, read);
}

/**
 * @template T
 * @param {unknown} answer
 * @param {(answer: unknown) => T | typeof WRONG_SHAPE} read
 * @returns {T}
 */
function take(answer, read) {
  /** @type {T | typeof WRONG_SHAPE} */
  let taken;
  try {
    taken = read(answer);
  } catch (cause) {
    throw threw(cause);
  }
  if (taken === WRONG_SHAPE) throw wrongShape;
  return taken;
}

/**
 * @param {unknown} value
 */
function isThenable(value) {
  return isObject(value) && typeof value.then === "function";
}

/**
 * An object or a function, whose properties can be asked for.
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/**
 * @param {unknown} cause
 * @returns {CallbackFailure}
 */
function threw(cause) {
  return { kind: "threw", cause };
}

/** @type {CallbackFailure} */
const wrongShape = Object.freeze({ kind: "shape" });

/** @type {CallbackFailure} */
const timedOut = Object.freeze({ kind: "timeout" });
