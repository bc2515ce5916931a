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
  const [found, wanted] = [keysOf(actual), keysOf(expected)];
  const missing = expected.filter(({ key }) => !found.has(key));
  const others = actual.filter(({ key }) => !wanted.has(key));
  expect(missing.length === 0, `${what}: ${missing.length} of ${expected.length} rows are missing: ${listed(missing)}`);
  expect(others.length === 0, `${what}: ${others.length} rows are no answer: ${listed(others)}`);
  expect(actual.length === found.size, `${what}: a row comes more than once: ${listed(actual)}`);
  for (const [index, row] of actual.entries()) {
    const other = /** @type {Row} */ (expected[index]);
    expect(row.key === other.key, `${what}: in the order of the keys ${other.key} comes next, and not ${row.key}`);
    const [is, shouldBe] = [columnsOf(row), columnsOf(other)];
    for (const [name, value] of Object.entries(is)) expectEqual(value, shouldBe[name], `${what}: \`${name}\` of row ${row.key}`);
  }
}

/** @param {Row[]} rows */
const keysOf = (rows) => new Set(rows.map(({ key }) => key));

/** The first of them, with what a page goes by. @param {Row[]} rows */
function listed(rows) {
  const texts = rows.slice(0, 3).map(({ key, expiresAt, pruneAt }) => `${key} (expiresAt ${expiresAt}, pruneAt ${pruneAt})`);
  return [...texts, ...(rows.length > texts.length ? ["…"] : [])].join(", ");
}

/**
 * The same rows in any order.
 * @param {Row[]} actual
 * @param {Row[]} expected
 * @param {string} what
 */
export const expectSameRows = (actual, expected, what) => expectRows(byKey(actual), byKey(expected), what);

/** @param {Row[]} rows */
const byKey = (rows) => rows.toSorted((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key)));

/** A row as text; equal rows have equal texts. @param {Row} row */
export const textOf = (row) => JSON.stringify(columnsOf(row));

/** In which equal rows are equal. @param {Row} row @returns {Record<string, unknown>} */
function columnsOf({ key, version, terms, claims, expiresAt, pruneAt, sealed }) {
  const bytes = sealed.length > 64 ? `${sealed.length} bytes, ${checksum(sealed)}` : sealed.join();
  return { key, version, terms: terms.toSorted(), claims: claims.toSorted(), expiresAt, pruneAt, sealed: bytes };
}

/** Long content in a few digits: FNV-1a, to tell one from another in a message. @param {Uint8Array} bytes */
function checksum(bytes) {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum.toString(16);
}
