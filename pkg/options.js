// @ts-check
// Checks the options of `openVault`, but for the keys; what is inside `collections` and `settings` the core checks.

import { isArray, isFinite, isObject, isSafeInteger, providedBy, namesOf, ownOf, tagOf } from "./built-ins.js";
import { badConfiguration, placeOf } from "./error.js";

const KNOWN = new Set(["keys", "collections", "store", "policy", "audit", "reload", "clock", "settings"]);
const MAY_BE_ABSENT = new Set(["store.write", "audit", "reload", "clock"]);

/**
 * Data is read of the objects themselves; functions may be those of a class.
 * @param {unknown} options
 */
export function readOptions(options) {
  const given = membersOf(options, "options");
  for (const name of namesOf(given)) {
    if (KNOWN.has(name)) continue;
    const place = placeOf("options", name);
    throw badConfiguration(place.replace("options.", ""), place === "options" ? "has an unknown option" : "is not a known option");
  }
  const store = membersOf(providedBy(given, "store"), "store");
  const functions = {
    "store.read": providedBy(store, "read"),
    "store.write": providedBy(store, "write"),
    policy: providedBy(given, "policy"),
    audit: providedBy(given, "audit"),
    reload: providedBy(given, "reload"),
    clock: providedBy(given, "clock"),
  };
  for (const [place, value] of Object.entries(functions)) {
    if (typeof value === "function" || (value === undefined && MAY_BE_ABSENT.has(place))) continue;
    throw badConfiguration(place, "must be a function");
  }
  const settings = ownOf(given, "settings");
  return {
    collections: readPlain(ownOf(given, "collections"), "collections"),
    settings: settings === undefined ? {} : readPlain(settings, "settings"),
    store: {
      writable: functions["store.write"] !== undefined,
      maxWrites: readLimit(providedBy(store, "maxWrites"), "store.maxWrites"),
      maxRowBytes: readLimit(providedBy(store, "maxRowBytes"), "store.maxRowBytes"),
    },
    audits: functions.audit !== undefined,
  };
}

/** @type {(value: unknown, place: string) => Record<string, unknown>} */
export function membersOf(value, place) {
  if (typeof value !== "object" || value === null || isArray(value)) {
    throw badConfiguration(place, value === undefined ? "is missing" : "must be an object");
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/** @type {(limit: unknown, place: string) => number | null} */
function readLimit(limit, place) {
  if (limit === undefined) return null;
  if (typeof limit === "number" && isSafeInteger(limit) && limit > 0) return limit;
  throw badConfiguration(place, "must be a whole number greater than 0");
}

/** @type {(value: unknown, place: string) => Record<string, unknown>} */
function readPlain(value, place) {
  try {
    return /** @type {any} */ (copyPlain(membersOf(value, place), place));
  } catch (error) {
    if (error instanceof NotPlain) throw badConfiguration(error.place, error.problem);
    throw error;
  }
}

/** What no JSON text could say is at a place of what should be plain data. */
export class NotPlain {
  /** @param {string} place @param {string} problem */
  constructor(place, problem) {
    this.place = place;
    this.problem = problem;
  }
}

/**
 * A copy of plain data, without what JSON would alter or drop in silence, and so make another setting of a mistake: a
 * NaN becomes null, a function or a Map disappears. What is `undefined` counts as absent. Each member is read once, and
 * the copy inherits nothing: a `toJSON` that somebody put on `Object.prototype` would write what it likes.
 * @type {(value: unknown, place: string, within?: unknown[]) => unknown}
 */
export function copyPlain(value, place, within = []) {
  if (value === null || value === undefined || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && isFinite(value)) return value;
  const plain = isObject(value) && (isArray(value) || tagOf(value) === "[object Object]");
  if (!plain || within.includes(value)) throw new NotPlain(place, "is nothing that JSON can carry");
  /** @type {any} */
  const copy = isArray(value) ? Object.setPrototypeOf([], null) : Object.create(null);
  for (const name of namesOf(value)) {
    const member = placeOf(place, name);
    if (member === place) throw new NotPlain(place, "has a name that is none");
    copy[name] = copyPlain(value[name], member, [...within, value]);
  }
  return copy;
}
