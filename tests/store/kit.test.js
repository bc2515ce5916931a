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
    for (const message of failed.values()) assert.match(message, /\w+/);
  });
}

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
