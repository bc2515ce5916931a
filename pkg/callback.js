// @ts-check
// Calls the host: whatever it does, there is an Answer of the right shape, or one that says how the callback failed.
// Nothing here throws, for what calls it is wasm, which no exception may cross.

import { NativePromise, apply, clearTimeout, isPromise, providedBy, nativeThen, setAdd, setDelete, setTimeout, withOwnThen } from "./built-ins.js";

/** @import { Answer, CallbackFailure, Settled } from "./boundary.js" */

/** Read from an answer of the wrong shape. */
export class WrongShape {
  problem;

  /** @param {string} problem what was wrong where, and nothing of the answer */
  constructor(problem) {
    this.problem = problem;
  }
}

/** Read from an answer that has more bytes than the call may read. */
export class OverLimit {
  limit;

  /** @param {number} limit */
  constructor(limit) {
    this.limit = limit;
  }
}

/** How long a callback may take, and the timers of those that are awaited. @typedef {{ timeoutMs: number, timers: Set<ReturnType<typeof setTimeout>> }} Deadline */

/** Nobody waits any more: what is left must not keep the process alive. @param {Deadline} deadline */
export function forgetTimers({ timers }) {
  for (const timer of timers) clearTimeout(timer);
  timers.clear();
}

/** @template T @typedef {(answer: unknown) => T | WrongShape | OverLimit} Reader */

/**
 * An answer given at once is returned at once, without a timer. A promise or other thenable is awaited for so long;
 * what comes of it later is dropped.
 * @type {<T>(deadline: Deadline, invoke: () => unknown, read: Reader<T>) => Answer<T>}
 */
export const ask = (deadline, invoke, read) =>
  attempt(() => {
    const answer = invoke();
    const follow = thenOf(answer);
    if (follow === undefined) return take(read(answer));
    const pending = settle(answer, follow, deadline, read);
    // Its own, for the wasm to call.
    return { value: undefined, failure: undefined, pending: withOwnThen(pending) };
  });

/**
 * Here only an answer given at once counts.
 * @type {<T>(invoke: () => unknown, read: Reader<T>) => Settled<T>}
 */
export const askNow = (invoke, read) =>
  attempt(() => {
    const answer = invoke();
    const follow = thenOf(answer);
    // A promise is the wrong shape; if it rejects, nobody else will handle that.
    if (follow !== undefined) adopt(answer, follow, ignore, ignore);
    return take(read(answer));
  });

const ignore = () => {};

/** One that answers itself would be followed for ever. */
const MOST_THENABLES = 100;

/** Nothing of the host's: an answer that comes after so long. @type {(millis: number) => Answer<void>} */
export const pause = (millis) => {
  const pending = new NativePromise((resolve) => {
    try {
      setTimeout(() => resolve(over), millis);
    } catch {
      // The platform's own, which whatever is on `Object.prototype` may have broken: then it is over at once.
      resolve(over);
    }
  });
  // Its own, for the wasm to call.
  return { value: undefined, failure: undefined, pending: withOwnThen(pending) };
};

/** What a promise is resolved with is asked for a `then`. @type {any} */
const over = { __proto__: null, value: undefined, failure: undefined, pending: undefined };

/** @type {<T>(answer: unknown, follow: Function, deadline: Deadline, read: Reader<T>) => Promise<Settled<T>>} */
const settle = (answer, follow, { timeoutMs, timers }, read) =>
  new NativePromise((resolve) => {
    let isLate = false;
    // What a promise is resolved with is asked for a `then`, and would inherit one that somebody put there.
    const end = (/** @type {Settled<any>} */ settled) => resolve({ __proto__: null, .../** @type {any} */ (settled) });
    /** @type {ReturnType<typeof setTimeout>} */
    let timer;
    try {
      timer = setTimeout(() => {
        isLate = true;
        setDelete(timers, timer);
        end(failed("timeout", {}));
      }, timeoutMs);
    } catch (cause) {
      // Without a timer nothing is awaited.
      adopt(answer, follow, ignore, ignore);
      end(failed("threw", { cause }));
      return;
    }
    setAdd(timers, timer);
    /** @param {() => Settled<any>} settled */
    const endInTime = (settled) => {
      if (isLate) return;
      clearTimeout(timer);
      setDelete(timers, timer);
      end(attempt(settled));
    };
    adopt(
      answer,
      follow,
      (value) => endInTime(() => take(read(value))),
      (cause) => endInTime(() => failed("threw", { cause })),
    );
  });

/**
 * Waits for a thenable, and for what that answers if it is one as well; however it behaves, one of the two is called,
 * once. Not by resolving a promise with it, which looks its `then` up again, and finds what somebody put there.
 * @param {unknown} thenable
 * @param {Function} follow
 * @param {(value: unknown) => void} onValue
 * @param {(cause: unknown) => void} onError
 * @param {number} [before] thenables that answered this one
 */
function adopt(thenable, follow, onValue, onError, before = 0) {
  let settled = false;
  /** @param {unknown} cause */
  const reject = (cause) => {
    if (settled) return;
    settled = true;
    onError(cause);
  };
  /** @param {unknown} value */
  const resolve = (value) => {
    if (settled) return;
    settled = true;
    try {
      const next = thenOf(value);
      if (next === undefined) onValue(value);
      else if (before === MOST_THENABLES) onError(new TypeError("a thenable answers another, and so on without end"));
      else adopt(value, next, onValue, onError, before + 1);
    } catch (cause) {
      onError(cause);
    }
  };
  try {
    apply(follow, thenable, [resolve, reject]);
  } catch (cause) {
    reject(cause);
  }
}

/**
 * How to wait for it, if it is a promise or another thenable. What a promise inherits as its `then` is taken as it was
 * when the package was loaded: one that was put in its place might never tell that an audit has failed.
 * @param {unknown} answer
 * @returns {Function | undefined}
 */
function thenOf(answer) {
  const follow = providedBy(answer, "then");
  // A promise is one without it, too: an audit that fails is no answer because somebody took the `then` of all away.
  if (typeof follow !== "function") return isPromise(answer) ? nativeThen : undefined;
  return follow === NativePromise.prototype.then ? nativeThen : follow;
}

/** @type {<T>(run: () => T) => T | Settled<any>} */
function attempt(run) {
  try {
    return run();
  } catch (cause) {
    return failed("threw", { cause });
  }
}

/**
 * All members are its own: the wasm reads each, and would be told what `Object.prototype` has.
 * @type {<T>(read: T | WrongShape | OverLimit) => Settled<T>}
 */
function take(read) {
  if (read instanceof WrongShape) return failed("shape", { problem: read.problem });
  if (read instanceof OverLimit) return failed("limit", { limit: read.limit });
  return { value: read, failure: undefined, pending: undefined };
}

/** As in {@link take}, all members are its own. @type {(kind: CallbackFailure["kind"], of: Partial<CallbackFailure>) => Settled<any>} */
function failed(kind, of) {
  const failure = { kind, cause: undefined, problem: undefined, limit: undefined, ...of };
  return { value: undefined, failure, pending: undefined };
}
