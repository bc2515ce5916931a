// @ts-check
// Hosts and answers that throw when they are looked at, or lie about themselves: whatever the bridge meets, it answers
// a failure. Nothing throws and nothing rejects, for what calls it is wasm.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { makeBridge } from "../../pkg/bridge.js";
import { failed, settled } from "./settled.js";

/** @import { Answer, Bridge } from "../../pkg/boundary.js" */

/** @type {unknown[]} */
const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

const own = new Error("the host's own");
const throwOwn = () => {
  throw own;
};
const threw = failed("threw", { cause: own });

const label = "A".repeat(22);

const aCall = () => ({ caller: "jane", wrote: false });

/**
 * Every question of the bridge, by the function that it asks.
 * @type {[string, (bridge: Bridge) => Answer<unknown>][]}
 */
const questions = [
  ["store.read", (bridge) => bridge.readClaims(label, 1_000)],
  ["store.read", (bridge) => bridge.readTerms(label, "active", 5, undefined, 1, 1_000)],
  ["store.write", (bridge) => bridge.write(aCall(), "", new Float64Array(0), new Uint8Array(0))],
  ["policy", (bridge) => bridge.decide(aCall(), /** @type {any} */ ({ checks: [] }))],
  ["audit", (bridge) => bridge.audit(aCall(), /** @type {any} */ ({ checks: [] }))],
  ["clock", (bridge) => bridge.clock()],
  ["reload", (bridge) => bridge.reload()],
];

/** @param {object} host */
const bridgeOver = (host) => makeBridge(/** @type {any} */ (host), { timeoutMs: 1_000, timers: new Set() });

/**
 * A host that has one function, as `descriptor` says.
 * @type {(path: string, descriptor: PropertyDescriptor) => object}
 */
function hostWith(path, descriptor) {
  const [outer = "", inner] = path.split(".");
  if (inner === undefined) return Object.defineProperty({}, outer, descriptor);
  return { [outer]: Object.defineProperty({}, inner, descriptor) };
}

for (const [index, [path, ask]] of questions.entries()) {
  test(`${path} (${index}): one that throws, or cannot even be looked up, is answered as a throw`, async () => {
    for (const host of [
      hostWith(path, { value: throwOwn }),
      hostWith(path, { get: throwOwn }),
      hostWith(path.replace(/\..*/, ""), { get: throwOwn }),
      new Proxy({}, { get: throwOwn }),
    ]) {
      assert.deepEqual(ask(bridgeOver(host)), threw);
    }
    const answer = ask(bridgeOver(hostWith(path, { value: async () => throwOwn() })));
    if (path === "clock") assert.equal(answer.failure?.kind, "shape");
    else assert.deepEqual(await settled(answer), threw);
  });
}

test("the time where there is no clock: a `Date.now` that throws is answered too", (context) => {
  context.mock.method(Date, "now", throwOwn);
  assert.deepEqual(bridgeOver({}).clock(), threw);
});

/** Throws a TypeError whenever it is looked at. */
const { proxy: revoked, revoke } = Proxy.revocable([], {});
revoke();

/** @type {unknown} */
const throwing = new Proxy([], { get: throwOwn, has: throwOwn, ownKeys: throwOwn, getPrototypeOf: throwOwn });

/**
 * An object of which one property throws when it is read.
 * @param {string} name
 * @param {object} [others]
 */
const trapAt = (name, others) => Object.defineProperty({ ...others }, name, { get: throwOwn, enumerable: true });

const row = { key: label, version: 1, terms: [], claims: [], expiresAt: null, pruneAt: null, sealed: Uint8Array.of(1) };

/** A row with one other property. @param {Partial<Record<keyof typeof row, unknown>>} other */
const rowWith = (other) => [{ ...row, ...other }];

/** A list that says of its length what it likes. @param {unknown} length */
const listOf = (length) =>
  new Proxy([label], { get: (list, name) => (name === "length" ? length : Reflect.get(list, name)) });

/** A list that has the same member everywhere. @param {unknown} member */
const endless = (member) =>
  new Proxy([], {
    get: (_, name) => (name === "length" ? 1e9 : member),
    getOwnPropertyDescriptor: (list, name) =>
      name === "length" ? Reflect.getOwnPropertyDescriptor(list, name) : { value: member, configurable: true },
  });

/** Bytes that say of their length what they like. @param {unknown} length */
const bytesOf = (length) => Object.defineProperty(Uint8Array.of(1), "length", { get: () => length });

/** Collections that write themselves. @param {() => unknown} toJSON */
const writing = (toJSON) => ({ collections: Object.create({ toJSON }) });

/** Deeper than the stack. */
let bottomless = {};
for (let depth = 0; depth < 50_000; depth += 1) bottomless = { bottomless };

/**
 * What each function answers, and the kind of failure that it is, if it is one: of more than a row or an answer can
 * have, no more is looked at, and the core says what it is.
 * @type {Record<string, [string, unknown, "threw" | "shape" | undefined][]>}
 */
const answers = {
  "store.read": [
    ["a revoked Proxy", revoked, "threw"],
    ["a Proxy that throws", throwing, "threw"],
    ["a billion holes", new Array(1e9), "shape"],
    ["a row that is a revoked Proxy", [revoked], "threw"],
    ...Object.keys(row).map((name) => /** @type {[string, unknown, "threw"]} */ (
      [`a row whose \`${name}\` throws`, [trapAt(name, { ...row, [name]: undefined })], "threw"]
    )),
    ["a billion terms", rowWith({ terms: new Array(1e9) }), undefined],
    ["a billion claims", rowWith({ claims: new Array(1e9) }), undefined],
    ["terms that are a revoked Proxy", rowWith({ terms: revoked }), "threw"],
    ["terms that say they are a billion", rowWith({ terms: listOf(1e9) }), undefined],
    ["terms whose number is a BigInt", rowWith({ terms: listOf(5n) }), "shape"],
    ["terms whose number is below nothing", rowWith({ terms: listOf(-1) }), "shape"],
    ["terms with a hole", rowWith({ terms: [, label] }), "shape"],
    ["rows that say they are without end", new Proxy([row], { get: (list, name) => (name === "length" ? 2 ** 53 - 1 : Reflect.get(list, name === "0" ? "0" : name)) }), "shape"],
    ["the same row a billion times", endless(row), undefined],
    ["sealed bytes that say they are endless", rowWith({ sealed: bytesOf(Infinity) }), undefined],
    ["sealed bytes that say they are fewer", rowWith({ sealed: bytesOf(0) }), undefined],
    ["sealed bytes whose number is a BigInt", rowWith({ sealed: bytesOf(5n) }), undefined],
  ],
  "store.write": [
    ["a revoked Proxy", revoked, "threw"],
    ["a Proxy that throws", throwing, "threw"],
  ],
  policy: [
    ["a revoked Proxy", revoked, "threw"],
    ["a Proxy that throws", throwing, "threw"],
    ["an `allow` that throws", trapAt("allow"), "threw"],
    ["a `because` that throws", trapAt("because", { allow: false }), "threw"],
    ["a message that throws", trapAt("message", { allow: false }), "threw"],
  ],
  audit: [
    ["a revoked Proxy", revoked, "threw"],
    ["a Proxy that throws", throwing, "threw"],
  ],
  clock: [
    ["a revoked Proxy", revoked, "threw"],
    ["a Proxy that throws", throwing, "threw"],
    ["what throws when it becomes a number", { valueOf: throwOwn, [Symbol.toPrimitive]: throwOwn }, "shape"],
  ],
  reload: [
    ["a revoked Proxy", revoked, "threw"],
    ["a Proxy that throws", throwing, "threw"],
    ["collections that throw", trapAt("collections"), "threw"],
    ["collections that are a revoked Proxy", { collections: revoked }, "threw"],
    ["a collection that throws", { collections: trapAt("customers") }, "threw"],
    ["a `toJSON` that throws", writing(throwOwn), "threw"],
    ["a `toJSON` that answers nothing", writing(() => undefined), "shape"],
    ["a `toJSON` that answers a BigInt", writing(() => 5n), "shape"],
    ["collections deeper than the stack", { collections: bottomless }, "shape"],
  ],
};

for (const [index, [path, ask]] of questions.entries()) {
  for (const [name, answer, kind] of answers[path] ?? []) {
    test(`${path} (${index}) answers ${name}: a failure, and nothing is thrown`, async () => {
      assert.equal(ask(bridgeOver(hostWith(path, { value: () => answer }))).failure?.kind, kind);
      const later = ask(bridgeOver(hostWith(path, { value: async () => answer })));
      if (path === "clock") assert.equal(later.failure?.kind, "shape");
      else assert.equal((await settled(later)).failure?.kind, kind);
    });
  }
}
