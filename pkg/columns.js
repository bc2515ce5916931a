// @ts-check
// Rows in columns, as they cross to the wasm and back. `docs/boundary.md` gives the layout.

import { WRONG_SHAPE } from "./callback.js";
import { isBytes } from "./keys.js";

/** @import { Rows } from "./boundary.js" */
/** @import { Change } from "./index.js" */

/** Characters of a label: a key, term or claim. */
const LENGTH = 22;

/** Stands for what is no label. */
const NO_LABEL = "!".repeat(LENGTH);

const utf8 = new TextEncoder();

/** Stands for a number that the vault never made; NaN is kept for null. @param {number | null} value */
const packNumber = (value) => (value === null ? NaN : Number.isSafeInteger(value) ? value : Infinity);

/** @type {(value: unknown) => value is number | null} */
const isTime = (value) => value === null || typeof value === "number";

/**
 * Packs the rows that a store answered, reading each property once: what was checked is what crosses.
 * @type {(answer: unknown) => Rows | typeof WRONG_SHAPE}
 */
export function packRows(answer) {
  if (!Array.isArray(answer)) return WRONG_SHAPE;
  /** @type {number[]} */
  const numbers = [];
  /** @type {string[]} */
  const labels = [];
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  for (const row of answer) {
    if (typeof row !== "object" || row === null) return WRONG_SHAPE;
    const { key, version, terms, claims, expiresAt, pruneAt, sealed } = row;
    if (typeof version !== "number" || !isTime(expiresAt) || !isTime(pruneAt) || !isBytes(sealed)) return WRONG_SHAPE;
    if (!Array.isArray(terms) || !Array.isArray(claims)) return WRONG_SHAPE;
    if (!addLabel(labels, key) || !addLabels(labels, terms) || !addLabels(labels, claims)) return WRONG_SHAPE;
    numbers.push(packNumber(version), packNumber(expiresAt), packNumber(pruneAt));
    numbers.push(terms.length, claims.length, sealed.length);
    parts.push(sealed);
    size += sealed.length;
  }
  const sealed = new Uint8Array(size);
  let end = 0;
  for (const part of parts) {
    sealed.set(part, end);
    end += part.length;
  }
  return { labels: encodeLabels(labels.join("")), numbers: Float64Array.from(numbers), sealed };
}

/**
 * Stops at the first that is no text: a list of a billion holes costs nothing.
 * @type {(labels: string[], added: unknown[]) => boolean}
 */
function addLabels(labels, added) {
  for (const label of added) if (!addLabel(labels, label)) return false;
  return true;
}

/** Whether it is a text at all. @type {(labels: string[], label: unknown) => boolean} */
function addLabel(labels, label) {
  if (typeof label !== "string") return false;
  labels.push(label.length === LENGTH ? label : NO_LABEL);
  return true;
}

/**
 * A byte for each UTF-16 unit, so that every label stays in its place; a unit that is no ASCII is part of no label.
 * @param {string} labels
 */
function encodeLabels(labels) {
  const bytes = utf8.encode(labels);
  return bytes.length === labels.length ? bytes : utf8.encode(labels.replace(/[\u0080-\uffff]/g, "!"));
}

/**
 * Unpacks the changes of a write. Nothing is a view of what was passed in, and no row keeps its batch in memory.
 * @type {(labels: string, numbers: Float64Array, sealed: Uint8Array) => Change[]}
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
  /**
   * Most terms are those of the row before: its very texts are taken again.
   * @param {number} count @param {string[]} before
   */
  const nextLabels = (count, before) => {
    /** @type {string[]} */
    const split = [];
    for (let place = 0; place < count; place += 1, label += LENGTH) {
      const same = before[place];
      split.push(same !== undefined && labels.startsWith(same, label) ? same : copyLabel(labels, label));
    }
    return split;
  };

  /** @type {Change[]} */
  const changes = [];
  /** @type {string[]} */
  let lastTerms = [];
  while (number < numbers.length) {
    const expect = nextNullable();
    const version = nextNullable();
    const expiresAt = nextNullable();
    const pruneAt = nextNullable();
    const [terms, claims, length] = [nextNumber(), nextNumber(), nextNumber()];
    const key = copyLabel(labels, label);
    label += LENGTH;
    if (version === null) {
      changes.push({ key, expect, row: null });
      continue;
    }
    lastTerms = nextLabels(terms, lastTerms);
    const sealedBytes = sealed.slice(byte, (byte += length));
    const row = { key, version, terms: lastTerms, claims: nextLabels(claims, []), expiresAt, pruneAt, sealed: sealedBytes };
    changes.push({ key, expect, row });
  }
  return changes;
}

/** @param {string} labels */
export function splitLabels(labels) {
  /** @type {string[]} */
  const split = [];
  for (let at = 0; at < labels.length; at += LENGTH) split.push(copyLabel(labels, at));
  return split;
}

/**
 * One label as text of its own; a slice would keep the text of its batch in memory. Spelt out for speed: every label of
 * every row passes through here.
 * @type {(text: string, at: number) => string}
 */
function copyLabel(text, at) {
  const unit = (/** @type {number} */ offset) => text.charCodeAt(at + offset);
  return String.fromCharCode(
    unit(0), unit(1), unit(2), unit(3), unit(4), unit(5), unit(6), unit(7), unit(8), unit(9), unit(10),
    unit(11), unit(12), unit(13), unit(14), unit(15), unit(16), unit(17), unit(18), unit(19), unit(20), unit(21),
  );
}
