// @ts-check
// What the reference cannot predict: random and derived token IDs, and ciphertexts. It answers a symbol in their
// place. Comparing its answer with the core's teaches what the symbol really is; from then on it must stay that.

/**
 * @typedef {"given" | "random" | "derived" | "card" | "derived card" | "ciphertext"} Form
 *
 * @typedef {object} Symbolic
 * @property {Form} form
 * @property {number} serial no other symbol has it
 * @property {string | null} real null until it is known
 * @property {{ first: string, last: string, not: string }} [card] what a card-shaped ID begins and ends with, and the
 *   card's own number
 */

/**
 * Markers in an expected answer: `time`; `pairs`, an object by its entries; `anyOrder`, a list whose order is not
 * known. Its items may have the `keys` of their rows: rows must always come in the same order.
 * @typedef {{ time: number | null } | { pairs: [any, any][] } | { anyOrder: any[], keys?: number[] }} Marker
 */

import { passesLuhn } from "./values.js";

/** @type {Record<Form, (real: string, symbol: Symbolic) => boolean>} */
const hasForm = {
  given: () => true,
  random: (real) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(real),
  derived: (real) => /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(real),
  card: isCardShaped,
  "derived card": isCardShaped,
  ciphertext: (real) => /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(real),
};

/** @param {string} real @param {Symbolic} symbol */
function isCardShaped(real, { card }) {
  if (card === undefined || !/^\d{16}$/.test(real) || !passesLuhn(real)) return false;
  return real.startsWith(card.first) && real.endsWith(card.last) && real !== card.not;
}

/**
 * What has been learned so far: the symbol of each real ID and ciphertext, and which row was seen before which.
 * @typedef {{ reals: Map<string, number>, order: Set<string> }} Learned
 */

/**
 * Whether an answer is the expected one. Symbols of the expected answer that were unknown are known afterwards.
 * @param {any} expected
 * @param {any} actual
 * @param {Learned} learned
 * @param {string} [path]
 * @returns {string | undefined} where they differ
 */
export function difference(expected, actual, learned, path = "answer") {
  if (typeof expected !== "object" || expected === null) return Object.is(expected, actual) ? undefined : path;
  if ("serial" in expected)
    return isReal(expected, actual, learned) ? undefined : `${path} (${expected.form} ${expected.real})`;
  if ("time" in expected) return isTime(expected.time, actual) ? undefined : path;
  if ("anyOrder" in expected) return unordered(expected, actual, learned, path);
  if ("pairs" in expected) return pairs(expected.pairs, actual, learned, path);
  if (typeof actual !== "object" || actual === null || Array.isArray(expected) !== Array.isArray(actual)) return path;
  const names = Object.keys(expected);
  if (Object.keys(actual).length !== names.length) return `${path}: ${Object.keys(actual)} for ${names}`;
  for (const name of names) {
    if (!Object.hasOwn(actual, name)) return `${path}.${name}`;
    const found = difference(expected[name], actual[name], learned, `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @param {Symbolic} symbol @param {unknown} actual @param {Learned} learned */
function isReal(symbol, actual, learned) {
  if (typeof actual !== "string") return false;
  if (symbol.real !== null) return symbol.real === actual;
  // Of card-shaped IDs there are few: an ID that was let go may come again.
  const isNew = !learned.reals.has(actual) || symbol.form.endsWith("card");
  if (!isNew || !hasForm[symbol.form](actual, symbol)) return false;
  symbol.real = actual;
  learned.reals.set(actual, symbol.serial);
  return true;
}

/** @param {number | null} time @param {unknown} actual */
function isTime(time, actual) {
  if (time === null) return actual === null;
  return (
    typeof actual === "string" &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(actual) &&
    Date.parse(actual) === time
  );
}

/**
 * An object with symbols for keys.
 * @type {(expected: [Symbolic, Symbolic][], actual: any, learned: Learned, path: string) => string | undefined}
 */
function pairs(expected, actual, learned, path) {
  if (typeof actual !== "object" || actual === null) return path;
  const entries = Object.entries(actual);
  return difference(expected, entries, learned, path);
}

/** @typedef {{ anyOrder: any[], keys?: number[] }} Unordered */

/** @type {(expected: Unordered, actual: any, learned: Learned, path: string) => string | undefined} */
function unordered({ anyOrder, keys }, actual, learned, path) {
  if (!Array.isArray(actual) || actual.length !== anyOrder.length)
    return `${path} (${actual?.length} for ${anyOrder.length})`;
  const left = anyOrder.map((_, position) => position);
  /** @type {number[]} */
  const order = [];
  for (const [position, item] of actual.entries()) {
    const match = left.findIndex((candidate) => matches(anyOrder[candidate], item, learned));
    if (match < 0) return `${path}[${position}]`;
    order.push(...left.splice(match, 1));
  }
  return keys &&
    !keepsOrder(
      order.map((position) => /** @type {number} */ (keys[position])),
      learned,
    )
    ? `${path} (order)`
    : undefined;
}

/** A match that fails halfway teaches nothing. @type {(expected: any, actual: any, learned: Learned) => boolean} */
function matches(expected, actual, learned) {
  const symbols = symbolsIn(expected).filter(({ real }) => real === null);
  if (difference(expected, actual, learned) === undefined) return true;
  for (const symbol of symbols) {
    if (symbol.real !== null) learned.reals.delete(symbol.real);
    symbol.real = null;
  }
  return false;
}

/** @param {any} value @returns {Symbolic[]} */
function symbolsIn(value) {
  if (typeof value !== "object" || value === null) return [];
  return "serial" in value ? [value] : Object.values(value).flatMap(symbolsIn);
}

/** @param {number[]} keys @param {Learned} learned */
function keepsOrder(keys, { order }) {
  for (const [position, key] of keys.entries()) {
    for (const later of keys.slice(position + 1)) {
      if (order.has(`${later}<${key}`)) return false;
      order.add(`${key}<${later}`);
    }
  }
  return true;
}
