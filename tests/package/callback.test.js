// @ts-check
// Calling the host, one way of answering at a time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate, setTimeout } from "node:timers/promises";

import { WRONG_SHAPE, ask, askNow } from "../../pkg/callback.js";

/** Long enough for whatever answers, short enough to wait for what does not. */
const TIMEOUT_MS = 30;

const thrown = new Error("the host's own");

/** @param {unknown} answer */
const readText = (answer) => (typeof answer === "string" ? answer : WRONG_SHAPE);

/** @param {() => unknown} invoke */
const outcome = async (invoke) => {
  try {
    return { answer: await ask(TIMEOUT_MS, invoke, readText) };
  } catch (failure) {
    return failure;
  }
};

/** @type {[string, () => unknown, object][]} */
const cases = [
  ["a plain value", () => "yes", { answer: "yes" }],
  ["a promise", async () => "yes", { answer: "yes" }],
  ["a promise of later", () => setTimeout(1, "yes"), { answer: "yes" }],
  ["a thenable", () => ({ then: (/** @type {Function} */ resolve) => resolve("yes") }), { answer: "yes" }],
  [
    "a callable thenable",
    () => Object.assign(() => {}, { then: (/** @type {Function} */ resolve) => resolve("yes") }),
    { answer: "yes" },
  ],
  [
    "a thenable of a thenable",
    () => ({
      then: (/** @type {Function} */ resolve) => resolve({ then: (/** @type {Function} */ inner) => inner("yes") }),
    }),
    { answer: "yes" },
  ],
  [
    "a thenable that answers twice",
    () => ({
      then: (/** @type {Function} */ resolve, /** @type {Function} */ reject) => {
        resolve("yes");
        resolve("no");
        reject(thrown);
      },
    }),
    { answer: "yes" },
  ],
  [
    "a synchronous throw",
    () => {
      throw thrown;
    },
    { kind: "threw", cause: thrown },
  ],
  ["a rejection", async () => Promise.reject(thrown), { kind: "threw", cause: thrown }],
  [
    "a thenable that rejects",
    () => ({ then: (/** @type {unknown} */ _, /** @type {Function} */ reject) => reject(thrown) }),
    { kind: "threw", cause: thrown },
  ],
  [
    "a thenable that throws",
    () => ({
      then() {
        throw thrown;
      },
    }),
    { kind: "threw", cause: thrown },
  ],
  [
    "a getter `then` that throws",
    () => ({
      get then() {
        throw thrown;
      },
    }),
    { kind: "threw", cause: thrown },
  ],
  [
    "a promise whose own `then` throws",
    () =>
      Object.assign(Promise.resolve("yes"), {
        then() {
          throw thrown;
        },
      }),
    { kind: "threw", cause: thrown },
  ],
  [
    "a promise whose `constructor` throws",
    () =>
      Object.defineProperty(Promise.resolve("yes"), "constructor", {
        get() {
          throw thrown;
        },
      }),
    { kind: "threw", cause: thrown },
  ],
  ["a throw of nothing", () => Promise.reject(), { kind: "threw", cause: undefined }],
  ["null", () => null, { kind: "shape" }],
  ["nothing", () => undefined, { kind: "shape" }],
  ["a promise of the wrong shape", async () => 7, { kind: "shape" }],
  ["no answer", () => new Promise(() => {}), { kind: "timeout" }],
  ["a thenable without an answer", () => ({ then() {} }), { kind: "timeout" }],
];

for (const [name, invoke, expected] of cases) {
  test(`ask: ${name}`, async () => {
    assert.deepEqual(await outcome(invoke), expected);
  });
}

test("ask: the host's own error is the cause itself, even one that throws when it is looked at", async () => {
  const { proxy: hostile, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const invoke of [
    () => {
      throw hostile;
    },
    () => Promise.reject(hostile),
  ]) {
    const failure = /** @type {{ cause: unknown }} */ (await outcome(invoke));
    assert.equal(failure.cause === hostile, true);
  }
});

test("ask: what a reader meets in an answer is the host's throw", async () => {
  const read = (/** @type {any} */ answer) => answer.deep.value;
  const answer = {
    get deep() {
      throw thrown;
    },
  };
  assert.throws(() => ask(TIMEOUT_MS, () => answer, read), { kind: "threw", cause: thrown });
  await assert.rejects(async () => ask(TIMEOUT_MS, async () => answer, read), { kind: "threw", cause: thrown });
});

test("ask: an answer given at once is returned at once, without a timer", (context) => {
  const timers = context.mock.method(globalThis, "setTimeout");
  assert.equal(
    ask(TIMEOUT_MS, () => "yes", readText),
    "yes",
  );
  assert.equal(timers.mock.callCount(), 0);
});

test("ask: the timer is cleared when the answer comes, so that the process may end", async (context) => {
  const cleared = context.mock.method(globalThis, "clearTimeout");
  await ask(60_000, async () => "yes", readText);
  await assert.rejects(async () => ask(60_000, async () => Promise.reject(thrown), readText));
  assert.equal(cleared.mock.callCount(), 2);
});

test("a rejection that nobody waits for any more is no unhandled one", async () => {
  /** @type {unknown[]} */
  const unhandled = [];
  const note = (/** @type {unknown} */ reason) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  try {
    const late = setTimeout(TIMEOUT_MS * 2).then(() => Promise.reject(thrown));
    assert.deepEqual(await outcome(() => late), { kind: "timeout" });
    assert.throws(() => askNow(() => Promise.reject(thrown), readText), { kind: "shape" });
    await setTimeout(TIMEOUT_MS * 3);
    await setImmediate();
    assert.deepEqual(unhandled, []);
  } finally {
    process.off("unhandledRejection", note);
  }
});

test("askNow: takes an answer given at once, and no promise", () => {
  assert.equal(
    askNow(() => "yes", readText),
    "yes",
  );
  assert.throws(() => askNow(async () => "yes", readText), { kind: "shape" });
  assert.throws(
    () =>
      askNow(() => {
        throw thrown;
      }, readText),
    { kind: "threw", cause: thrown },
  );
});
