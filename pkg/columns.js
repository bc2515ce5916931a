// @ts-check
// Rows in columns, as they cross between JavaScript and the wasm: half the cost of crossing as objects.
// `docs/boundary.md` gives the layout; `src/wasm.rs` holds the other side.

import { WRONG_SHAPE } from "./callback.js";
import { isBytes } from "./keys.js";

/** @import { Change } from "./index.js" */

/**
 * @typedef {object} Rows
 * @property {string} labels for each row its key, its terms, its claims, without a separator
 * @property {Float64Array} numbers for each row six numbers
 * @property {Uint8Array} sealed all sealed bytes, end to end
 */

/** Characters of a key, term or claim. */
const LABEL_LENGTH = 22;

/** A label that is not a label crosses as this; the vault never made it, so the row is refused as altered. */
const NO_LABEL = "!".repeat(LABEL_LENGTH);

/** What a row takes in `numbers`. */
const ROW_NUMBERS = 6;

/**
 * Packs the rows that a store answered. Every property of the answer is read once: what has been checked is what
 * crosses, even where a getter or a Proxy answers something else the second time.
 * @param {unknown} answer
 * @returns {Rows | typeof WRONG_SHAPE}
 */
export function packRows(answer) {
  if (!Array.isArray(answer)) return WRONG_SHAPE;
  const count = answer.length;
  const numbers = new Float64Array(count * ROW_NUMBERS);
  /** @type {Uint8Array[]} */
  const parts = [];
  let labels = "";
  let size = 0;

  for (let index = 0, at = 0; index < count; index += 1, at += ROW_NUMBERS) {
    const row = answer[index];
    if (typeof row !== "object" || row === null) return WRONG_SHAPE;
    const { key, version, terms, claims, expiresAt, pruneAt, sealed } = row;
    if (typeof key !== "string" || typeof version !== "number") return WRONG_SHAPE;
    if (!isTime(expiresAt) || !isTime(pruneAt) || !isBytes(sealed)) return WRONG_SHAPE;
    if (!Array.isArray(terms) || !Array.isArray(claims)) return WRONG_SHAPE;

    labels += key.length === LABEL_LENGTH ? key : NO_LABEL;
    const termCount = terms.length;
    for (let term = 0; term < termCount; term += 1) {
      const label = terms[term];
      if (typeof label !== "string") return WRONG_SHAPE;
      labels += label.length === LABEL_LENGTH ? label : NO_LABEL;
    }
    const claimCount = claims.length;
    for (let claim = 0; claim < claimCount; claim += 1) {
      const label = claims[claim];
      if (typeof label !== "string") return WRONG_SHAPE;
      labels += label.length === LABEL_LENGTH ? label : NO_LABEL;
    }

    const length = sealed.length;
    parts.push(sealed);
    size += length;
    numbers[at] = packNumber(version);
    numbers[at + 1] = expiresAt === null ? NaN : packNumber(expiresAt);
    numbers[at + 2] = pruneAt === null ? NaN : packNumber(pruneAt);
    numbers[at + 3] = termCount;
    numbers[at + 4] = claimCount;
    numbers[at + 5] = length;
  }

  return { labels, numbers, sealed: concatenate(parts, size) };
}

/**
 * @param {unknown} value
 * @returns {value is number | null}
 */
function isTime(value) {
  return value === null || typeof value === "number";
}

/**
 * No number of the vault's is other than a safe integer; NaN is kept for null.
 * @param {number} value
 */
function packNumber(value) {
  return Number.isSafeInteger(value) ? value : Infinity;
}

/**
 * @param {Uint8Array[]} parts
 * @param {number} size
 */
function concatenate(parts, size) {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Unpacks the changes of a write. All of it is the host's own: nothing is a view of what was passed in, and no two
 * rows share memory.
 * @param {string} labels
 * @param {Float64Array} numbers
 * @param {Uint8Array} sealed
 * @returns {Change[]}
 */
export function unpackChanges(labels, numbers, sealed) {
  let number = 0;
  let label = 0;
  let byte = 0;
  const nextNumber = () => /** @type {number} */ (numbers[number++]);
  const nextNullable = () => {
    const value = nextNumber();
    return Number.isNaN(value) ? null : value;
  };
  const nextLabel = () => {
    const start = label;
    label += LABEL_LENGTH;
    return copyLabel(labels, start);
  };
  /** @param {number} count */
  const nextLabels = (count) => {
    const start = label;
    label += count * LABEL_LENGTH;
    return splitLabels(labels, start, label);
  };
  /** @param {number} length */
  const nextBytes = (length) => {
    const start = byte;
    byte += length;
    // A copy with a buffer of its own, though a view would be ten times cheaper: a view of the batch would keep the
    // whole batch in memory, and a store that clones or sends `sealed.buffer` would take all of it for one row.
    return sealed.slice(start, byte);
  };

  /** @type {Change[]} */
  const changes = [];
  while (number < numbers.length) {
    const expect = nextNullable();
    const version = nextNullable();
    const expiresAt = nextNullable();
    const pruneAt = nextNullable();
    const termCount = nextNumber();
    const claimCount = nextNumber();
    const length = nextNumber();
    const key = nextLabel();
    if (version === null) {
      changes.push({ key, expect, row: null });
      continue;
    }
    const terms = nextLabels(termCount);
    const claims = nextLabels(claimCount);
    changes.push({ key, expect, row: { key, version, terms, claims, expiresAt, pruneAt, sealed: nextBytes(length) } });
  }
  return changes;
}

/**
 * @param {string} labels
 * @param {number} [start]
 * @param {number} [end]
 * @returns {string[]}
 */
export function splitLabels(labels, start = 0, end = labels.length) {
  /** @type {string[]} */
  const split = [];
  for (let at = start; at < end; at += LABEL_LENGTH) split.push(copyLabel(labels, at));
  return split;
}

/**
 * One label as text of its own, which a slice is not: it would keep the text of the whole batch in memory for as long
 * as a store keeps one label. Spelt out because nothing shorter is as fast; every label of every row comes through.
 * @param {string} text
 * @param {number} at
 */
function copyLabel(text, at) {
  const unit = (/** @type {number} */ offset) => text.charCodeAt(at + offset);
  // prettier-ignore
  return String.fromCharCode(
    unit(0), unit(1), unit(2), unit(3), unit(4), unit(5), unit(6), unit(7), unit(8), unit(9), unit(10),
    unit(11), unit(12), unit(13), unit(14), unit(15), unit(16), unit(17), unit(18), unit(19), unit(20), unit(21),
  );
}
