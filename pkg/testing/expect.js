// @ts-check
// What a rule says when a store breaks it. No assertion library: the kit runs in every runtime.

/** @import { Row } from "../index.js" */

/**
 * @param {boolean} holds
 * @param {string} problem
 */
export function expect(holds, problem) {
  if (!holds) throw new Error(problem);
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} what
 */
export function expectEqual(actual, expected, what) {
  const [is, shouldBe] = [JSON.stringify(actual), JSON.stringify(expected)];
  expect(is === shouldBe, `${what}: ${is}, and not ${shouldBe}`);
}

/**
 * The same rows in the same order; terms and claims are sets.
 * @param {Row[]} actual
 * @param {Row[]} expected
 * @param {string} what
 */
export function expectRows(actual, expected, what) {
  expectEqual(actual.map(({ key }) => key), expected.map(({ key }) => key), `${what}: keys`);
  actual.forEach((row, index) => {
    expectEqual(textOf(row), textOf(/** @type {Row} */ (expected[index])), `${what}: row ${index}`);
  });
}

/**
 * The same rows in any order.
 * @param {Row[]} actual
 * @param {Row[]} expected
 * @param {string} what
 */
export const expectSameRows = (actual, expected, what) => expectRows(byKey(actual), byKey(expected), what);

/** @param {Row[]} rows */
export const byKey = (rows) => rows.toSorted((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key)));

/** A row as text; equal rows have equal texts. @param {Row} row */
export function textOf({ key, version, terms, claims, expiresAt, pruneAt, sealed }) {
  const bytes = sealed.length > 64 ? `${sealed.length} bytes, ${checksum(sealed)}` : sealed.join();
  return JSON.stringify({ key, version, terms: terms.toSorted(), claims: claims.toSorted(), expiresAt, pruneAt, bytes });
}

/** Long content in a few digits: FNV-1a, to tell one from another in a message. @param {Uint8Array} bytes */
function checksum(bytes) {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum.toString(16);
}
