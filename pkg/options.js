// @ts-check
// Checks the options of `openVault`, but for the keys; what is inside `collections` and `settings` the core checks.

import { badConfiguration } from "./error.js";

const KNOWN = ["keys", "collections", "store", "policy", "audit", "reload", "clock", "settings"];
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

/** A copy of plain data. @type {(value: unknown, place: string) => Record<string, unknown>} */
function readJson(value, place) {
  const misfit = findMisfit(membersOf(value, place), place);
  if (misfit !== undefined) throw badConfiguration(misfit, "is nothing that JSON can carry");
  return JSON.parse(JSON.stringify(value));
}

/**
 * The place of the first member that JSON would alter or drop in silence, and so make another setting of a mistake: a
 * NaN becomes null, a function or a Map disappears. What is `undefined` counts as absent.
 * @type {(value: unknown, place: string, within?: unknown[]) => string | undefined}
 */
export function findMisfit(value, place, within = []) {
  if (value === null || ["undefined", "string", "boolean"].includes(typeof value)) return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : place;
  const plain = Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
  if (!plain || within.includes(value)) return place;
  for (const [name, member] of Object.entries(Object(value))) {
    const misfit = findMisfit(member, `${place}.${name}`, [...within, value]);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}
