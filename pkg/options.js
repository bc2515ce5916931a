// @ts-check
// Checks the options of `openVault`, but for the keys; what is inside `collections` and `settings` the core checks.

import { badConfiguration } from "./error.js";
import { LEVELS, writeJson } from "./json.js";

const KNOWN = ["keys", "collections", "store", "policy", "audit", "reload", "clock", "settings"];
/** Units of text, far more than any configuration has. */
export const MOST = 1 << 26;

const OPTIONAL = ["store.write", "audit", "reload", "clock"];

/** @param {unknown} options */
export function readOptions(options) {
  const given = membersOf(options, "options");
  for (const name of Object.keys(given)) {
    if (!KNOWN.includes(name)) throw badConfiguration(name, "is not a known option");
  }
  const { policy, audit, reload, clock } = given;
  const { read, write, maxWrites, maxRowBytes } = membersOf(given.store, "store");
  const functions = { "store.read": read, "store.write": write, policy, audit, reload, clock };
  for (const [place, value] of Object.entries(functions)) {
    if (typeof value === "function" || (value === undefined && OPTIONAL.includes(place))) continue;
    throw badConfiguration(place, "must be a function");
  }
  return {
    collections: readJson(given.collections, "collections"),
    settings: given.settings === undefined ? {} : readJson(given.settings, "settings"),
    store: {
      writable: write !== undefined,
      maxWrites: readLimit(maxWrites, "store.maxWrites"),
      maxRowBytes: readLimit(maxRowBytes, "store.maxRowBytes"),
    },
    audits: audit !== undefined,
  };
}

/** @type {(value: unknown, place: string) => Record<string, unknown>} */
export function membersOf(value, place) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badConfiguration(place, value === undefined ? "is missing" : "must be an object");
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/** @type {(limit: unknown, place: string) => number | null} */
function readLimit(limit, place) {
  if (limit === undefined) return null;
  if (typeof limit === "number" && Number.isSafeInteger(limit) && limit > 0) return limit;
  throw badConfiguration(place, "must be a whole number greater than 0");
}

/**
 * A copy of plain data.
 * @type {(value: unknown, place: string) => Record<string, any>}
 */
function readJson(value, place) {
  const { text, problem, path, thrown } = writeJson(membersOf(value, place), LEVELS - 1, MOST);
  if (text !== undefined) return JSON.parse(text);
  throw badConfiguration(path === "" ? place : `${place}.${path}`, problem, thrown?.cause);
}
