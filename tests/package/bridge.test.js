// @ts-check
// The bridge: which of the host's functions is asked what, and how its answer is taken. The answers that any callback
// may give or fail to give are in `callback.test.js`, those that throw when they are looked at in
// `hostile-answers.test.js`, the columns in `columns.test.js`.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { makeBridge } from "../../pkg/bridge.js";
import { failed, settled } from "./settled.js";

/** @import { Answer, Bridge } from "../../pkg/boundary.js" */

const TIMEOUT_MS = 30;

/** @param {object} options */
const bridgeOver = (options) => makeBridge(/** @type {any} */ (options), { timeoutMs: TIMEOUT_MS, timers: new Set() });

/** @type {unknown[]} */
const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

/**
 * What came of a callback, where it must be a value. Nothing is caught here: a throw or a rejection fails the test.
 * @type {<T>(answer: Answer<T>) => Promise<T | undefined>}
 */
async function valueOf(answer) {
  const { value, failure } = await settled(answer);
  assert.equal(failure, undefined);
  return value;
}

/** @param {unknown} caller @param {string} [requestId] */
const aCall = (caller, requestId) => ({ caller, requestId, wrote: false });

/** @param {Bridge} bridge */
const write = (bridge) => bridge.write(aCall("jane"), "", new Float64Array(0), new Uint8Array(0));

/** What the wasm asks and tells, in part. */
const question = /** @type {any} */ ({ checks: [] });
const event = /** @type {any} */ ({ checks: [] });

/** @param {string} problem */
const wrongShape = (problem) => failed("shape", { problem });

const MAX_BYTES = 1_000;

/** @param {string} letter */
const label = (letter) => letter.repeat(22);

test("each function is called as a method of the object that the host gave, looked up at each call", async () => {
  /** @type {[string, unknown][]} */
  const calls = [];
  /**
   * @param {string} name
   * @param {unknown} answer
   */
  const method = (name, answer) =>
    /** @this {unknown} */
    function () {
      calls.push([name, this]);
      return answer;
    };
  const store = { read: method("read", []), write: method("write", true) };
  /** @type {any} */
  const options = {
    store,
    policy: method("policy", { allow: true }),
    audit: method("audit", undefined),
    clock: method("clock", 1),
    reload: method("reload", undefined),
  };
  const bridge = bridgeOver(options);
  const askAll = async () => {
    await valueOf(bridge.readClaims("", MAX_BYTES));
    await valueOf(write(bridge));
    await valueOf(bridge.decide(aCall(undefined), question));
    await valueOf(bridge.audit(aCall(undefined), event));
    await valueOf(bridge.clock());
    await valueOf(bridge.reload());
  };
  await askAll();
  assert.deepEqual(
    calls.map(([name]) => name),
    ["read", "write", "policy", "audit", "clock", "reload"],
  );
  for (const [name, self] of calls) assert.equal(self, name === "read" || name === "write" ? store : options);

  calls.length = 0;
  options.policy = method("another policy", { allow: true });
  store.read = method("another read", []);
  await askAll();
  assert.deepEqual(
    calls.map(([name]) => name),
    ["another read", "write", "another policy", "audit", "clock", "reload"],
  );
});

test("the store is asked in the contract's words", async () => {
  /** @type {unknown[]} */
  const queries = [];
  const bridge = bridgeOver({
    store: {
      read(/** @type {unknown} */ query) {
        queries.push(query);
        return [];
      },
    },
  });
  await valueOf(bridge.readClaims(label("a") + label("b"), MAX_BYTES));
  await valueOf(bridge.readTerms(label("t"), "active", 5, undefined, 100, MAX_BYTES));
  await valueOf(bridge.readTerms(label("t"), "any", 5, label("k"), 1, MAX_BYTES));
  assert.deepEqual(queries, [
    { claims: [label("a"), label("b")] },
    { terms: [label("t")], state: "active", now: 5, after: null, limit: 100 },
    { terms: [label("t")], state: "any", now: 5, after: label("k"), limit: 1 },
  ]);
});

test("a write is true or false, and nothing like it", async () => {
  for (const [answer, expected] of /** @type {[unknown, boolean][]} */ ([
    [true, true],
    [false, false],
  ])) {
    const bridge = bridgeOver({ store: { write: () => answer } });
    assert.equal(await valueOf(write(bridge)), expected);
  }
  for (const answer of [undefined, null, 1, 0, "true", {}, new Boolean(true)]) {
    const bridge = bridgeOver({ store: { write: () => answer } });
    assert.deepEqual(await settled(write(bridge)), wrongShape("the answer must be true or false"));
  }
});

const allowed = { allow: true, because: undefined, message: undefined };
const denied = { allow: false, because: "policy", message: undefined };

for (const [name, answer, expected] of /** @type {[string, unknown, object][]} */ ([
  ["allow: true", { allow: true }, allowed],
  ["allow: true, with words", { allow: true, because: "capability", message: "fine" }, allowed],
  ["an allowing object of a class", new (class { allow = true; })(), allowed],
  ["allow: false for a capability", { allow: false, because: "capability" }, { ...denied, because: "capability" }],
  ["allow: false for the policy", { allow: false, because: "policy", message: "not on Sundays" }, { ...denied, message: "not on Sundays" }],
  ["allow: false for no reason", { allow: false }, denied],
  ["allow: false for an unknown reason", { allow: false, because: "mood" }, denied],
  ["a message that is no text", { allow: false, because: "capability", message: { secret: 1 } }, { ...denied, because: "capability" }],
  ["allow: 1", { allow: 1 }, denied],
  ["allow: 'true'", { allow: "true" }, denied],
  ["allow: a boxed true", { allow: new Boolean(true) }, denied],
  ["allow: a promise", { allow: Promise.resolve(true) }, denied],
  ["true itself", true, denied],
  ["text", "allow", denied],
  ["null", null, denied],
  ["nothing", undefined, denied],
  ["an empty object", {}, denied],
  ["a list", [{ allow: true }], denied],
])) {
  test(`policy: ${name}`, async () => {
    assert.deepEqual(await valueOf(bridgeOver({ policy: () => answer }).decide(aCall("jane"), question)), expected);
    assert.deepEqual(await valueOf(bridgeOver({ policy: async () => answer }).decide(aCall("jane"), question)), expected);
  });
}

test("policy and audit get the caller as it is, among plain data that is theirs alone", async () => {
  const caller = Object.freeze({ name: "jane" });
  /** @type {any[]} */
  const asked = [];
  /** @type {any[]} */
  const told = [];
  const bridge = bridgeOver({
    policy: (/** @type {unknown} */ request) => (asked.push(request), { allow: true }),
    audit: (/** @type {unknown} */ event) => void told.push(event),
  });
  const checks = [{ operation: "write", resource: "c/tokens" }];
  const question = /** @type {any} */ ({ action: "tokens.update", checks });
  const event = /** @type {any} */ ({ id: "1", time: 5, action: "tokens.update", decision: "allowed", tokens: 1, checks });
  for (let round = 0; round < 2; round += 1) {
    // The wasm makes each anew, and keeps none.
    await valueOf(bridge.decide(aCall(caller), structuredClone(question)));
    await valueOf(bridge.audit(aCall(caller), structuredClone(event)));
  }
  assert.deepEqual(asked[0], { caller, ...question });
  assert.deepEqual(Object.keys(asked[0]), ["caller", "action", "checks"]);
  assert.deepEqual(told[0], { caller, ...event });
  assert.deepEqual(Object.keys(told[0]), ["id", "time", "caller", "action", "decision", "tokens", "checks"]);
  assert.equal(asked[0].caller, caller);
  assert.equal(told[0].caller, caller);
  assert.notEqual(asked[0], asked[1]);
  assert.notEqual(asked[0].checks, asked[1].checks);

  await valueOf(bridge.decide(aCall(caller, "request-1"), question));
  await valueOf(bridge.audit(aCall(caller, "request-1"), event));
  assert.equal(asked[2].requestId, "request-1");
  assert.equal(told[2].requestId, "request-1");
});

test("whatever an audit answers is taken, and a promise is awaited", async () => {
  for (const answer of [undefined, null, false, "no", {}]) {
    assert.equal(await valueOf(bridgeOver({ audit: () => answer }).audit(aCall("jane"), event)), undefined);
  }
  let heard = false;
  const bridge = bridgeOver({
    audit: async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      heard = true;
    },
  });
  await valueOf(bridge.audit(aCall("jane"), event));
  assert.equal(heard, true);
});

test("an audit or a write that the host took away since fails; it is not passed over", () => {
  for (const { failure } of [bridgeOver({}).audit(aCall("jane"), event), write(bridgeOver({ store: {} }))]) {
    assert.equal(failure?.kind, "threw");
    assert(failure.cause instanceof TypeError);
  }
});

test("the clock answers whole milliseconds, at once", (context) => {
  assert.deepEqual(bridgeOver({ clock: () => 1_700_000_000_000 }).clock().value, 1_700_000_000_000);
  // Not the machine's own time, which may be set back between two looks at it.
  context.mock.method(Date, "now", () => 1_700_000_000_007);
  assert.equal(bridgeOver({}).clock().value, 1_700_000_000_007);
  for (const answer of [NaN, Infinity, 1.5, 2 ** 53, "5", 5n, new Date(), null, undefined, Promise.resolve(5)]) {
    assert.deepEqual(
      bridgeOver({ clock: () => answer }).clock(),
      wrongShape("the answer must be a whole number of milliseconds, at once and not as a promise"),
    );
  }
});

test("reload answers the collections as JSON text, or nothing", async () => {
  const collections = { customers: { properties: { email: { type: "EMAIL" } } } };
  const text = JSON.stringify(collections);
  assert.equal(await valueOf(bridgeOver({}).reload()), undefined);
  assert.equal(await valueOf(bridgeOver({ reload: () => undefined }).reload()), undefined);
  assert.equal(await valueOf(bridgeOver({ reload: () => ({ collections }) }).reload()), text);
  assert.equal(await valueOf(bridgeOver({ reload: async () => ({ collections }) }).reload()), text);
});

test("reload: anything else is the wrong shape, and the place is named", async () => {
  const cycle = {};
  Object.assign(cycle, { cycle });
  const whole = "the answer must be nothing, or an object of `collections` alone";
  const customers = "collections.customers is";
  for (const [answer, problem] of /** @type {[unknown, string][]} */ ([
    [null, whole],
    [true, whole],
    ["collections", whole],
    [{}, whole],
    [[], whole],
    [{ collections: undefined }, whole],
    [{ collections: {}, settings: {} }, whole],
    [Object.create({ collections: {} }), whole],
    [{ collections: { customers: () => {} } }, `${customers} a function, which JSON cannot carry`],
    [{ collections: { customers: NaN } }, `${customers} no finite number`],
    [{ collections: new Map() }, "collections is a Map, which JSON cannot carry"],
    [{ collections: cycle }, "collections.cycle leads back to what it is in"],
    [{ collections: { customers: 5n } }, `${customers} a bigint, which JSON cannot carry`],
    [{ collections: { "jane@example.com": NaN } }, "collections is no finite number"],
    [{ collections: { customers: { ["A".repeat(43)]: {} } } }, "collections.customers has a name that is none"],
  ])) {
    assert.deepEqual(await settled(bridgeOver({ reload: () => answer }).reload()), wrongShape(problem));
  }
});

test("reload runs once for all who wait for it, and again for who comes after", async () => {
  let runs = 0;
  let running = 0;
  const bridge = bridgeOver({
    reload: async () => {
      runs += 1;
      running += 1;
      assert.equal(running, 1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      return { collections: {} };
    },
  });
  const waiting = [bridge.reload(), bridge.reload(), bridge.reload()];
  assert.deepEqual(await Promise.all(waiting.map(valueOf)), ["{}", "{}", "{}"]);
  assert.equal(runs, 1);
  await valueOf(bridge.reload());
  assert.equal(runs, 2);
});

test("reload: one that fails or never answers fails all who wait, and not the next", async () => {
  const own = new Error("the host's own");
  const threw = failed("threw", { cause: own });
  /** @type {(() => unknown)[]} */
  const answers = [() => Promise.reject(own), () => new Promise(() => {}), async () => ({ collections: {} })];
  const bridge = bridgeOver({ reload: () => answers.shift()?.() });
  const waiting = [bridge.reload(), bridge.reload()];
  assert.deepEqual(await Promise.all(waiting.map(settled)), [threw, threw]);
  assert.deepEqual(await settled(bridge.reload()), failed("timeout"));
  assert.equal(await valueOf(bridge.reload()), "{}");
});
