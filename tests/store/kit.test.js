// @ts-check
// The kit, put to the test: sound stores pass every rule, and each broken one fails the rule that it breaks.

import assert from "node:assert/strict";
import { test } from "node:test";

import { testStore } from "vaultlet/testing";

import { brokenStores, soundStores } from "./broken-stores.js";

/** @import { Store } from "vaultlet" */

/**
 * The titles of the rules that a store fails, with what was said.
 * @param {() => Store} make
 * @param {RegExp} [only] the rules to run
 */
async function failures(make, only = /./) {
  /** @type {Map<string, () => Promise<void>>} */
  const rules = new Map();
  testStore({ name: "it", make: () => ({ store: make() }), test: (title, check) => rules.set(title, check) });
  const failed = new Map();
  for (const [title, check] of rules) {
    if (!only.test(title)) continue;
    await check().catch((/** @type {Error} */ error) => failed.set(title, error.message));
  }
  return failed;
}

for (const [name, make] of Object.entries(soundStores)) {
  test(`a sound store passes: ${name}`, async () => {
    assert.deepEqual(Object.fromEntries(await failures(make)), {});
  });
}

for (const [name, { make, rule }] of Object.entries(brokenStores)) {
  test(`a store that ${name} fails`, async () => {
    const failed = await failures(make, rule);
    assert(failed.size > 0, `no rule of ${rule} failed`);
  });
}

/** What a store's author reads: by what is wrong with the store. @type {[name: string, message: RegExp][]} */
const MESSAGES = [
  ["does not check claims", /^`write` answered true, and must answer false and write nothing: an insert with a claim that another row holds$/],
  ["refuses a claim that moves", /^`write` answered false to a batch that nothing stands against, and must land it$/],
  ["writes what it can of a batch", /^after an insert over a row, as change 0: the rows: 2 of 3 rows are missing: \S{22} /],
  ["ignores versions", /: version 1 expected of version 3$/],
  ["orders by locale", /^all of them: in the order of the keys \S{22} comes next, and not \S{22}$/],
  ["begins a page with the key", /^a page after the key (\S{22}) ends with \1, and must begin behind it$/],
  ["takes an expiry at `now` for active", /^active at 1731078000000: 1 rows are no answer: \S{22} \(expiresAt 1731078000000, pruneAt null\)$/],
  ["prunes what has expired", /^after `prune`, the rows whose .*: 2 of 3 rows are missing: \S{22} \(expiresAt 1, pruneAt (null|7258118400000)\), /],
  ["miscounts what it pruned", /^what `prune` answers, with two rows due: \d, and not 2$/],
  ["answers a row once for each claim", /a row comes more than once: \S{22} /],
  ["answers a version as text", /^`version` must be a whole number; a driver may answer 64 bits as text or bigint$/],
  ["answers reads of a moment ago, now and then", /so that the store holds: .*\nand then none of these can have come next:\nclient \d/],
];

for (const [name, message] of MESSAGES) {
  test(`a store that ${name} is told so in plain words`, async () => {
    const { make, rule } = brokenStores[name] ?? assert.fail(name);
    const messages = [...(await failures(make, rule)).values()];
    assert(messages.some((text) => message.test(text)), messages.join("\n"));
  });
}

test("what is no store is told as such", async () => {
  for (const [made, message] of /** @type {[unknown, RegExp][]} */ ([
    [undefined, /`make` must answer `\{ store \}`/],
    [{ read: () => [], write: () => true }, /`make` must answer `\{ store \}`/],
    [{ store: { write: () => true } }, /a store that has a `read`/],
    [{ store: { read: () => [] } }, /^the store has no `write`/],
    [{ store: { read: () => [], write: () => {} } }, /^`write` must answer true or false, and not undefined$/],
    [{ store: { read: () => {}, write: () => true } }, /^`read` must answer a list of rows, and not undefined$/],
  ])) {
    /** @type {(() => Promise<void>)[]} */
    const checks = [];
    testStore({ name: "it", make: () => /** @type {any} */ (made), test: (_, check) => checks.push(check) });
    await assert.rejects(async () => checks[0]?.(), { message });
  }
});

test("a store is closed after each test, whether it passed or not, and made anew for the next", async () => {
  let [made, closed] = [0, 0];
  /** @type {(() => Promise<void>)[]} */
  const checks = [];
  const broken = { read: () => [], write: () => false };
  const make = async () => {
    made += 1;
    return { store: broken, close: async () => void (closed += 1) };
  };
  testStore({ name: "it", make, test: (_, check) => checks.push(check) });
  assert.equal(made, 0, "nothing is made before a test runs");
  for (const check of checks) await check().catch(() => {});
  assert(checks.length > 40);
  assert.deepEqual([made, closed], [checks.length, checks.length]);
});
