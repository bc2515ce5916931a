// @ts-check
// What openapi.json says of the types of properties, against a vault: what it takes, its schema takes, and where a pattern
// says all of a type, it takes nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";
import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { DATA_TYPES } from "../../pkg/http/data-types.js";
import { readDocument } from "../docs/code-blocks.js";

/** The patterns, and whether each says all of its type: a check digit and 64 bits it cannot say. */
const PATTERNS = /** @type {[string, string, boolean][]} */ (Object.entries(/** @type {Record<string, any>} */ (DATA_TYPES)).flatMap(([type, { pattern, anyOf = [] }]) => {
  const one = pattern ?? anyOf.find((/** @type {any} */ part) => part.pattern !== undefined)?.pattern;
  return one === undefined ? [] : [[type, one, type !== "CC_NUMBER" && type !== "INTEGER"]];
}));

const types = Object.keys(DATA_TYPES);
const vault = await openVault({
  keys: generateKeys(),
  collections: { samples: { properties: Object.fromEntries(types.map((type) => [type, { type: /** @type {any} */ (type) }])) } },
  store: memoryStore(),
  policy: () => ({ allow: true }),
});
const { hashObjects } = vault.as("tester").crypto;

/** @param {string} type @param {unknown} value */
const isTaken = (type, value) =>
  hashObjects({ collection: "samples", reason: "Maintenance", requestBody: [{ object: { fields: { [type]: value } } }] }).then(
    () => true,
    (error) => (assert.equal(error.code, "PV3002"), false),
  );

test("every type has its schema, and no other has", () => {
  const declared = readDocument("pkg/host.d.ts").match(/type DataType =([^;]+);/)?.[1] ?? "";
  assert.deepEqual(types.toSorted(), Array.from(declared.matchAll(/"([A-Z_]+)"/g), ([, type]) => type).sort());
  assert.equal(PATTERNS.length, 10);
});

/** One character more, one less, or another. @type {(text: fc.Arbitrary<string>) => fc.Arbitrary<string>} */
const nearly = (text) =>
  fc.tuple(text, fc.nat(), fc.constantFrom("", "0", "9", "-", " ", "/", "+", "=", "A", "é", "\n"), fc.nat(1)).map(([whole, place, character, length]) => {
    const at = place % (whole.length + 1);
    return whole.slice(0, at) + character + whole.slice(at + length);
  });

/** Every length that there may be, and some that there may not. */
const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 21, size: "max" });

for (const [type, pattern, saysAll] of PATTERNS) {
  test(`${type}: ${saysAll ? "its pattern says what it takes" : "what it takes is of its pattern"}`, async () => {
    const shape = new RegExp(pattern, "u");
    const good = fc.stringMatching(new RegExp(pattern));
    let taken = 0;
    const agrees = fc.asyncProperty(fc.oneof(good, nearly(good), digits), async (text) => {
      const was = await isTaken(type, text);
      if (was) taken += 1;
      if (saysAll || was) assert.equal(shape.test(text), was, JSON.stringify(text));
    });
    await fc.assert(agrees, { numRuns: 1_000 });
    assert(taken > 20, `${taken}`);
  });
}

test("numbers and truth values are what the schemas say", async () => {
  const edge = Number.MAX_SAFE_INTEGER;
  for (const [type, value, was] of /** @type {[string, unknown, boolean][]} */ ([
    ...["BOOLEAN"].flatMap((each) => [[each, true, true], [each, "true", false], [each, 0, false]]),
    ...[0, edge, -edge].map((value) => ["INTEGER", value, true]),
    ...[edge + 1, 1.5, true].map((value) => ["INTEGER", value, false]),
    ...[0.5, -1e300, edge].map((value) => ["DOUBLE", value, true]),
    ["DOUBLE", "1", false],
    ["US_BANK_ACCOUNT_NUMBER", "", false],
    ["US_BANK_ACCOUNT_NUMBER", " ", true],
  ])) {
    assert.equal(await isTaken(type, value), was, `${type} ${value}`);
  }
});
