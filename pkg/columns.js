// @ts-check
// Rows in columns, as they cross to the wasm and back. `docs/boundary.md` gives the layout.

import {
  Float64Array,
  Uint8Array,
  copyBytes,
  encodeText,
  fromCharCode,
  hasOwn,
  isArray,
  isBytes,
  isNaN,
  isSafeInteger,
  joinTexts,
  lengthOf,
  setBytes,
  startsWith,
  unitAt,
} from "./built-ins.js";
import { OverLimit, WrongShape } from "./callback.js";

/** @import { Rows } from "./boundary.js" */
/** @import { Change } from "./index.js" */

/** Characters of a label: a key, term or claim. */
const LENGTH = 22;

/** Most terms, and most claims, of a row. */
const MOST_LABELS = 64;

/** Numbers of a row in its column. */
const ROW_NUMBERS = 6;

/** Stands for what is no label, and its unit for what is no ASCII. */
const NO_LABEL = "!".repeat(LENGTH);
const NO_UNIT = 33;

/** Stands for a number that the vault never made; NaN is kept for null. @param {number | null} value */
const packNumber = (value) => (value === null ? NaN : isSafeInteger(value) ? value : Infinity);

/** @type {(value: unknown) => value is number | null} */
const isTime = (value) => value === null || typeof value === "number";

/**
 * Packs the rows that a store answered, reading each property once, and of the row itself: what was checked is what
 * crosses. Of more rows than can answer the question one too many is packed, which tells the core; of more bytes than
 * the call may read, nothing is.
 * @param {unknown} answer
 * @param {number} mostRows
 * @param {number} maxBytes
 * @returns {Rows | WrongShape | OverLimit}
 */
export function packRows(answer, mostRows, maxBytes) {
  const answered = countOf(answer);
  if (answered === undefined) return new WrongShape("rows must be a list");
  const count = answered > mostRows ? mostRows + 1 : answered;
  const numbers = new Float64Array(count * ROW_NUMBERS);
  /** @type {string[]} */
  const labels = [];
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  for (let at = 0; at < count; at += 1) {
    const row = memberAt(answer, at);
    if (typeof row !== "object" || row === null) return new WrongShape(`rows[${at}] must be an object`);
    const key = hasOwn(row, "key") ? row.key : undefined;
    const version = hasOwn(row, "version") ? row.version : undefined;
    const terms = hasOwn(row, "terms") ? row.terms : undefined;
    const claims = hasOwn(row, "claims") ? row.claims : undefined;
    const expiresAt = hasOwn(row, "expiresAt") ? row.expiresAt : undefined;
    const pruneAt = hasOwn(row, "pruneAt") ? row.pruneAt : undefined;
    const sealed = hasOwn(row, "sealed") ? row.sealed : undefined;
    const termCount = countOf(terms);
    const claimCount = countOf(claims);
    if (typeof key !== "string") return misfit(at, "key", "text");
    if (typeof version !== "number") return misfit(at, "version", "a number");
    if (termCount === undefined) return misfit(at, "terms", "a list");
    if (claimCount === undefined) return misfit(at, "claims", "a list");
    if (!isTime(expiresAt)) return misfit(at, "expiresAt", "a number or null");
    if (!isTime(pruneAt)) return misfit(at, "pruneAt", "a number or null");
    if (!isBytes(sealed)) return misfit(at, "sealed", "a Uint8Array");
    const length = lengthOf(sealed);
    size += length;
    if (size > maxBytes) return new OverLimit(maxBytes);
    addLabel(labels, key);
    parts[at] = sealed;
    const isPossible = termCount <= MOST_LABELS && claimCount <= MOST_LABELS;
    const wrong = isPossible ? (addLabels(labels, terms, termCount, at, "terms") ?? addLabels(labels, claims, claimCount, at, "claims")) : undefined;
    if (wrong !== undefined) return wrong;
    const place = at * ROW_NUMBERS;
    numbers[place] = isPossible ? packNumber(version) : Infinity;
    numbers[place + 1] = packNumber(expiresAt);
    numbers[place + 2] = packNumber(pruneAt);
    numbers[place + 3] = isPossible ? termCount : 0;
    numbers[place + 4] = isPossible ? claimCount : 0;
    numbers[place + 5] = length;
  }
  const sealed = new Uint8Array(size);
  let end = 0;
  for (let at = 0; at < count; at += 1) {
    const part = /** @type {Uint8Array} */ (parts[at]);
    setBytes(sealed, part, end);
    end += lengthOf(part);
  }
  return { labels: encodeLabels(joinTexts(labels, "")), numbers, sealed };
}

/** @type {(row: number, column: string, needed: string) => WrongShape} */
const misfit = (row, column, needed) => new WrongShape(`rows[${row}].${column} must be ${needed}`);

/** How many members a list has; none at all for what is no list. A Proxy may say anything. @param {unknown} list */
function countOf(list) {
  if (!isArray(list)) return undefined;
  const count = list.length;
  return isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** @type {(list: any, at: number) => any} */
const memberAt = (list, at) => (hasOwn(list, at) ? list[at] : undefined);

/** @type {(labels: string[], added: unknown, count: number, row: number, column: string) => WrongShape | undefined} */
function addLabels(labels, added, count, row, column) {
  for (let at = 0; at < count; at += 1) {
    const label = memberAt(added, at);
    if (typeof label !== "string") return misfit(row, `${column}[${at}]`, "text");
    addLabel(labels, label);
  }
  return undefined;
}

/** @type {(labels: string[], label: string) => void} */
const addLabel = (labels, label) => void (labels[labels.length] = label.length === LENGTH ? label : NO_LABEL);

/**
 * A byte for each UTF-16 unit, so that every label stays in its place; a unit that is no ASCII is part of no label.
 * @param {string} labels
 */
function encodeLabels(labels) {
  const bytes = encodeText(labels);
  if (lengthOf(bytes) === labels.length) return bytes;
  const units = new Uint8Array(labels.length);
  for (let at = 0; at < labels.length; at += 1) {
    const unit = unitAt(labels, at);
    units[at] = unit < 128 ? unit : NO_UNIT;
  }
  return units;
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
    return isNaN(value) ? null : value;
  };
  /**
   * Most terms are those of the row before: its very texts are taken again.
   * @param {number} count @param {string[]} before
   */
  const nextLabels = (count, before) => {
    /** @type {string[]} */
    const split = [];
    for (let place = 0; place < count; place += 1, label += LENGTH) {
      const same = place < before.length ? before[place] : undefined;
      split[place] = same !== undefined && startsWith(labels, same, label) ? same : copyLabel(labels, label);
    }
    return split;
  };

  /** @type {Change[]} */
  const changes = [];
  /** @type {string[]} */
  let lastTerms = [];
  for (let change = 0; number < numbers.length; change += 1) {
    const expect = nextNullable();
    const version = nextNullable();
    const expiresAt = nextNullable();
    const pruneAt = nextNullable();
    const terms = nextNumber();
    const claims = nextNumber();
    const length = nextNumber();
    const key = copyLabel(labels, label);
    label += LENGTH;
    if (version === null) {
      changes[change] = { key, expect, row: null };
      continue;
    }
    lastTerms = nextLabels(terms, lastTerms);
    const sealedBytes = copyBytes(sealed, byte, (byte += length));
    const row = { key, version, terms: lastTerms, claims: nextLabels(claims, []), expiresAt, pruneAt, sealed: sealedBytes };
    changes[change] = { key, expect, row };
  }
  return changes;
}

/** @param {string} labels */
export function splitLabels(labels) {
  /** @type {string[]} */
  const split = [];
  for (let at = 0; at < labels.length; at += LENGTH) split[split.length] = copyLabel(labels, at);
  return split;
}

/**
 * One label as text of its own; a slice would keep the text of its batch in memory. Spelt out for speed: every label of
 * every row passes through here.
 * @type {(text: string, at: number) => string}
 */
function copyLabel(text, at) {
  const unit = (/** @type {number} */ offset) => unitAt(text, at + offset);
  return fromCharCode(
    unit(0), unit(1), unit(2), unit(3), unit(4), unit(5), unit(6), unit(7), unit(8), unit(9), unit(10),
    unit(11), unit(12), unit(13), unit(14), unit(15), unit(16), unit(17), unit(18), unit(19), unit(20), unit(21),
  );
}
