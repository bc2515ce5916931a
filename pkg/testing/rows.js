// @ts-check
// Rows and changes as the vault makes them.

/** @import { Change, Row } from "../index.js" */

/** Base64url, in the order of code units. */
const CHARACTERS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/** What the last of 22 characters can be: it carries the last two of 128 bits. */
const LAST_CHARACTERS = "AQgw";

/** Characters of a label. */
const LENGTH = 22;

/** A label that nobody has yet: a key, a term or a claim. */
export function makeLabel() {
  const random = crypto.getRandomValues(new Uint8Array(LENGTH));
  let label = "";
  for (const [place, byte] of random.entries()) {
    label += place === LENGTH - 1 ? LAST_CHARACTERS.charAt(byte % 4) : CHARACTERS.charAt(byte % 64);
  }
  return label;
}

/** @param {number} count */
export const makeLabels = (count) => Array.from({ length: count }, makeLabel);

/** Labels that between them have every legal character in every place, in order. */
export function everyCharacter() {
  const labels = [];
  for (let shift = 0; shift < CHARACTERS.length; shift += 1) {
    let label = "";
    for (let place = 0; place < LENGTH - 1; place += 1) label += CHARACTERS.charAt((shift + 11 * place) % 64);
    labels.push(label + LAST_CHARACTERS.charAt(shift % 4));
  }
  return labels.sort();
}

/**
 * A row with a key, a term and a claim of its own.
 * @param {Partial<Row>} [columns]
 * @returns {Row}
 */
export function makeRow(columns) {
  return {
    key: makeLabel(),
    version: 1,
    terms: makeLabels(1),
    claims: makeLabels(1),
    expiresAt: null,
    pruneAt: null,
    sealed: Uint8Array.of(0, 127, 128, 255),
    ...columns,
  };
}

/** @param {Row} row @returns {Change} */
export const insert = (row) => ({ key: row.key, expect: null, row });

/**
 * The row's next version.
 * @param {Row} before
 * @param {Partial<Row>} [columns] what changes
 */
export const next = (before, columns) => ({ ...before, version: before.version + 1, ...columns });

/**
 * @param {Row} before
 * @param {Partial<Row>} [columns] what changes
 * @returns {Change}
 */
export const replace = (before, columns) => ({
  key: before.key,
  expect: before.version,
  row: next(before, columns),
});

/** @param {Row} before @returns {Change} */
export const remove = (before) => ({ key: before.key, expect: before.version, row: null });
