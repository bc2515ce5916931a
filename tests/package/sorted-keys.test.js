// @ts-check
// The order of keys behind the memory store's pages, against a sorted list.

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { SortedKeys } from "../../pkg/store/sorted-keys.js";

test("agrees with a sorted list, whatever comes and goes", () => {
  const anyKey = fc.integer({ min: 0, max: 3_000 }).map((number) => String(number));
  fc.assert(
    fc.property(fc.array(anyKey, { maxLength: 3_000, size: "max" }), fc.option(anyKey), (touched, after) => {
      const keys = new SortedKeys();
      /** @type {Set<string>} */
      const expected = new Set();
      for (const key of touched) {
        if (expected.delete(key)) {
          keys.delete(key);
        } else {
          expected.add(key);
          keys.add(key);
        }
      }
      keys.delete("absent");
      assert.equal(keys.size, expected.size);
      assert.deepEqual(
        [...keys.after(after)],
        [...expected].filter((key) => after === null || key > after).sort(),
      );
    }),
    { numRuns: 50 },
  );
});

test("adding, deleting and finding a page take a few comparisons, however many keys there are", () => {
  // Counted, not timed: a key that counts how often it is compared.
  let comparisons = 0;
  const counted = (/** @type {string} */ name) => /** @type {any} */ ({
    valueOf() {
      comparisons += 1;
      return name;
    },
  });
  const count = 20_000;
  const names = Array.from({ length: count }, (_, index) => String((index * 7_919) % count).padStart(6, "0"));
  const all = names.map(counted);
  const perKey = (/** @type {() => void} */ work) => {
    comparisons = 0;
    work();
    return comparisons / count;
  };

  const keys = new SortedKeys();
  const adding = perKey(() => all.forEach((key) => keys.add(key)));
  const finding = perKey(() => all.forEach((key) => keys.after(key).next()));
  const deleting = perKey(() => all.forEach((key) => keys.delete(key)));
  assert.equal(keys.size, 0);
  // Two operands for each step of a search that halves: 2 × log2(20,000) is 29.
  assert(adding < 50 && finding < 50 && deleting < 50, `${adding}, ${finding}, ${deleting} comparisons a key`);
});

test("adding a key moves a few hundred others at most, however many there are", () => {
  let longest = 0;
  const { splice } = Array.prototype;
  // By hand: the runner's mocks refuse a prototype that is a list itself.
  Array.prototype.splice = /** @this {unknown[]} @param {any} parameters */ function (...parameters) {
    longest = Math.max(longest, this.length);
    return Reflect.apply(splice, this, parameters);
  };
  const keys = new SortedKeys();
  try {
    for (let index = 0; index < 20_000; index += 1) keys.add(String((index * 7_919) % 20_000).padStart(6, "0"));
  } finally {
    Array.prototype.splice = splice;
  }
  assert.equal([...keys.after(null)].length, 20_000);
  assert(longest > 100 && longest < 1_000, `${longest} keys in one run`);
});

test("what is under an index on Object.prototype is no run and no key", (context) => {
  const planted = Object.assign(Object.create(null), { value: 0, writable: true, configurable: true });
  for (const index of ["0", "-1"]) Object.defineProperty(Object.prototype, index, planted);
  context.after(() => ["0", "-1"].forEach((index) => Reflect.deleteProperty(Object.prototype, index)));
  const keys = new SortedKeys();
  keys.delete("a");
  assert.deepEqual([...keys.after("a")], []);
  keys.add("b");
  keys.delete("a");
  assert.deepEqual([keys.size, ...keys.after(null)], [1, "b"]);
});
