// @ts-check
// Calling the host, one way of answering at a time. Whatever it does, nothing is thrown and nothing rejects: what asks
// is wasm.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setImmediate, setTimeout } from "node:timers/promises";

import { WrongShape, ask, askNow, forgetTimers } from "../../pkg/callback.js";
import { failed, settled, valued } from "./settled.js";

/** Long enough for whatever answers, short enough to wait for what does not. */
const TIMEOUT_MS = 30;

const thrown = new Error("the host's own");

const throwIt = () => {
  throw thrown;
};

const threw = failed("threw", { cause: thrown });
const wrongShape = failed("shape", { problem: "the answer must be text" });
const timedOut = failed("timeout");

/** @type {unknown[]} */
const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

/** @param {unknown} answer */
const readText = (answer) => (typeof answer === "string" ? answer : new WrongShape("the answer must be text"));

const deadline = (timeoutMs = TIMEOUT_MS) => ({ timeoutMs, timers: new Set() });

/**
 * What came of a callback. Nothing is caught here: a throw or a rejection fails the test.
 * @param {() => unknown} invoke
 * @param {(answer: unknown) => unknown} [read]
 */
async function outcome(invoke, read = readText) {
  const answer = ask(deadline(), invoke, read);
  // The wasm calls its `then`.
  if (answer.pending !== undefined) assert.equal(Object.getPrototypeOf(answer.pending), Promise.prototype);
  return settled(answer);
}

/**
 * A thenable that calls back at once.
 * @param {unknown} value
 */
const thenable = (value) => ({ then: (/** @type {Function} */ resolve) => resolve(value) });

/**
 * What throws a TypeError whenever it is looked at.
 * @param {object} target
 */
function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Throws from the second look at `then` on. */
function throwsLater() {
  let looks = 0;
  return Object.defineProperty({}, "then", {
    get: () => (looks++ === 0 ? (/** @type {Function} */ resolve) => resolve("yes") : throwIt()),
  });
}

/** @type {(name: string, descriptor: PropertyDescriptor) => unknown} */
const promiseWith = (name, descriptor) => Object.defineProperty(Promise.resolve("yes"), name, descriptor);

/** A promise of which no other can be made. @extends {Promise<string>} */
class Childless extends Promise {
  static get [Symbol.species]() {
    return throwIt();
  }
}

/** @type {[string, () => unknown, object][]} */
const cases = [
  ["a plain value", () => "yes", valued("yes")],
  ["a promise", async () => "yes", valued("yes")],
  ["a promise of later", () => setTimeout(1, "yes"), valued("yes")],
  ["a thenable", () => thenable("yes"), valued("yes")],
  ["a callable thenable", () => Object.assign(() => {}, thenable("yes")), valued("yes")],
  ["a thenable of a thenable", () => thenable(thenable("yes")), valued("yes")],
  [
    "a thenable that answers twice",
    () => ({
      then: (/** @type {Function} */ resolve, /** @type {Function} */ reject) => {
        resolve("yes");
        resolve("no");
        reject(thrown);
      },
    }),
    valued("yes"),
  ],
  [
    "a thenable that throws once it has answered",
    () => ({
      then(/** @type {Function} */ resolve) {
        resolve("yes");
        throw thrown;
      },
    }),
    valued("yes"),
  ],
  ["a synchronous throw", throwIt, threw],
  ["a rejection", async () => Promise.reject(thrown), threw],
  [
    "a thenable that rejects",
    () => ({ then: (/** @type {unknown} */ _, /** @type {Function} */ reject) => reject(thrown) }),
    threw,
  ],
  ["a thenable that throws", () => ({ then: throwIt }), threw],
  ["a promise of a thenable that throws", async () => /** @type {any} */ ({ then: throwIt }), threw],
  ["a getter `then` that throws", () => Object.defineProperty({}, "then", { get: throwIt }), threw],
  ["a getter `then` that would throw if it were looked at again", throwsLater, valued("yes")],
  ["a promise whose own `then` throws", () => promiseWith("then", { value: throwIt }), threw],
  ["a promise whose own `then` is a getter that throws", () => promiseWith("then", { get: throwIt }), threw],
  ["a promise whose `constructor` throws", () => promiseWith("constructor", { get: throwIt }), threw],
  ["a promise whose species throws", () => Childless.resolve("yes"), threw],
  ["a Proxy that throws", () => new Proxy({}, { get: throwIt }), threw],
  ["a throw of nothing", () => Promise.reject(), failed("threw")],
  ["null", () => null, wrongShape],
  ["nothing", () => undefined, wrongShape],
  ["a promise of the wrong shape", async () => 7, wrongShape],
  ["a `then` that is no function", () => ({ then: "yes" }), wrongShape],
  ["no answer", () => new Promise(() => {}), timedOut],
  ["a thenable without an answer", () => ({ then() {} }), timedOut],
];

for (const [name, invoke, expected] of cases) {
  test(`ask: ${name}`, async () => {
    assert.deepEqual(await outcome(invoke), expected);
  });
}

/** Answers itself. @param {(run: () => void) => void} when */
const itself = (when) => {
  const self = { then: (/** @type {Function} */ resolve) => when(() => resolve(self)) };
  return self;
};

for (const [name, invoke] of /** @type {[string, () => unknown][]} */ ([
  ["a thenable that answers itself, at once", () => itself((run) => run())],
  ["a thenable that answers itself, later", () => itself(queueMicrotask)],
  ["a revoked Proxy", () => revoked({})],
  ["a revoked Proxy of a function", () => revoked(() => {})],
  ["a promise of a revoked Proxy", async () => revoked({})],
  ["a `then` that is a revoked Proxy", () => ({ then: revoked(() => {}) })],
  ["a promise within a Proxy", () => new Proxy(Promise.resolve("yes"), {})],
])) {
  test(`ask: ${name} is the engine's throw`, async () => {
    const { failure } = await outcome(invoke);
    assert.equal(failure?.kind, "threw");
    assert(failure.cause instanceof TypeError);
  });
}

test("ask: the host's own error is the cause itself, even one that throws when it is looked at", async () => {
  for (const hostile of [revoked({}), Object.defineProperty({}, "then", { get: throwIt })]) {
    for (const invoke of [
      () => {
        throw hostile;
      },
      () => Promise.reject(hostile),
    ]) {
      const { failure } = await outcome(invoke);
      assert.equal(failure?.kind, "threw");
      assert.equal(failure.cause === hostile, true);
    }
  }
});

test("ask: what a reader meets in an answer is the host's throw", async () => {
  const read = (/** @type {any} */ answer) => answer.deep.value;
  const answer = Object.defineProperty({}, "deep", { get: throwIt });
  assert.deepEqual(await outcome(() => answer, read), threw);
  assert.deepEqual(await outcome(async () => answer, read), threw);
});

/** The timers that keep the process alive. */
const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

test("ask: an answer given at once is returned at once, without a timer", () => {
  const before = timers();
  assert.deepEqual(
    ask(deadline(), () => "yes", readText),
    valued("yes"),
  );
  assert.deepEqual(
    ask(deadline(), () => 7, readText),
    wrongShape,
  );
  assert.deepEqual(ask(deadline(), throwIt, readText), threw);
  assert.equal(timers(), before);
  ask(deadline(), async () => "yes", readText);
  assert.equal(timers(), before + 1);
});

test("ask: the timer is cleared when the answer comes, so that the process may end", async () => {
  const before = timers();
  assert.deepEqual(await settled(ask(deadline(60_000), async () => "yes", readText)), valued("yes"));
  assert.deepEqual(await settled(ask(deadline(60_000), async () => Promise.reject(thrown), readText)), threw);
  assert.equal(timers(), before);
});

for (const [name, replaced] of /** @type {[string, unknown][]} */ ([["never calls", () => 1], ["calls at once", (/** @type {() => void} */ run) => run()], ["is gone", undefined]])) {
  test(`ask: the timer is the one of when the package was loaded; now one that ${name} is in its place`, async (context) => {
    const { setTimeout: before } = globalThis;
    context.after(() => void (globalThis.setTimeout = before));
    globalThis.setTimeout = /** @type {any} */ (replaced);
    assert.deepEqual(await outcome(() => new Promise(() => {})), timedOut);
    const later = async () => (await setImmediate(), "text");
    assert.deepEqual(await settled(ask(deadline(60_000), later, readText)), valued("text"));
  });
}

test("a promise is one without a `then`, too: one of its own, or that of all, taken away", async (context) => {
  const rejected = () => Promise.reject(thrown);
  assert.deepEqual(await outcome(() => Object.assign(rejected(), { then: undefined })), threw);
  const { then } = Promise.prototype;
  context.after(() => void (Promise.prototype.then = then));
  Promise.prototype.then = /** @type {any} */ (undefined);
  const answers = [ask(deadline(), rejected, readText), ask(deadline(), async () => "text", readText)];
  Promise.prototype.then = then;
  assert.deepEqual(await Promise.all(answers.map(settled)), [threw, valued("text")]);
});

test("a rejection that nobody waits for any more is no unhandled one", async () => {
  const late = setTimeout(TIMEOUT_MS * 2).then(() => Promise.reject(thrown));
  assert.deepEqual(await outcome(() => late), timedOut);
  assert.deepEqual(
    askNow(() => Promise.reject(thrown), readText),
    wrongShape,
  );
  const deaf = Object.assign(Promise.reject(thrown), { catch: () => {} });
  assert.deepEqual(
    askNow(() => deaf, readText),
    wrongShape,
  );
  await setTimeout(TIMEOUT_MS * 3);
  await setImmediate();
  assert.deepEqual(unhandled, []);
});

test("askNow: takes an answer given at once, and no promise", () => {
  assert.deepEqual(
    askNow(() => "yes", readText),
    valued("yes"),
  );
  assert.deepEqual(
    askNow(async () => "yes", readText),
    wrongShape,
  );
  assert.deepEqual(askNow(throwIt, readText), threw);
});

for (const [name, invoke] of cases) {
  test(`askNow: ${name}: answers at once, and throws nothing`, () => {
    const answer = askNow(invoke, readText);
    assert.deepEqual(Object.keys(answer), ["value", "failure", "pending"]);
    assert.equal(answer.pending, undefined);
    assert(["shape", "threw", undefined].includes(answer.failure?.kind));
  });
}

test("askNow: a thenable that throws is the wrong shape; what throws when it is looked at is a throw", () => {
  for (const answer of [
    { then: throwIt },
    promiseWith("then", { value: throwIt }),
    promiseWith("catch", { value: throwIt }),
    promiseWith("constructor", { get: throwIt }),
    throwsLater(),
  ]) {
    assert.deepEqual(
      askNow(() => answer, readText),
      wrongShape,
    );
  }
  assert.deepEqual(
    askNow(() => promiseWith("then", { get: throwIt }), readText),
    threw,
  );
  assert.equal(askNow(() => revoked({}), readText).failure?.kind, "threw");
});

test("ask: the timers of a vault that has ended are forgotten, and those of answers that came", async () => {
  const before = timers();
  const ending = deadline(60_000);
  for (let call = 0; call < 3; call += 1) ask(ending, () => new Promise(() => {}), readText);
  await settled(ask(ending, async () => "yes", readText));
  await settled(ask(ending, async () => Promise.reject(thrown), readText));
  assert.equal(ending.timers.size, 3);
  assert.equal(timers(), before + 3);
  forgetTimers(ending);
  assert.equal(timers(), before);
  assert.equal(ending.timers.size, 0);
  const late = deadline(1);
  assert.equal((await settled(ask(late, () => new Promise(() => {}), readText))).failure?.kind, "timeout");
  assert.equal(late.timers.size, 0);
});
