// @ts-check
// Checks the options of `openVault`, but for the keys; what is inside `collections` and `settings` the core checks.

import { isArray, isObject, isSafeInteger, namesOf, ownOf, parseJson, providedBy } from "./built-ins.js";
import { badConfiguration, isShown, placeOf } from "./error.js";
import { LEVELS, writeJson } from "./json.js";

const KNOWN = new Set(["keys", "collections", "store", "policy", "audit", "reload", "clock", "settings", "wasm"]);
const MAY_BE_ABSENT = new Set(["store.write", "audit", "reload", "clock"]);

/** Units of text, far more than any configuration has. */
export const MOST = 1 << 26;

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
    settings: readPlain(settings === undefined ? {} : settings, "settings"),
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

/**
 * A copy of plain data, which inherits nothing.
 * @type {(value: unknown, place: string) => Record<string, any>}
 */
function readPlain(value, place) {
  const { text, problem, path, thrown } = writeJson(membersOf(value, place), LEVELS - 1, MOST);
  if (text === undefined) throw badConfiguration(shownPath(place, path), problem, thrown?.cause);
  const copy = parseJson(text);
  const nameless = findNameless(copy, place);
  if (nameless !== undefined) throw badConfiguration(nameless, NO_NAME);
  return { __proto__: null, ...copy };
}

export const NO_NAME = "has a name that is none";

/**
 * The place of the first object that has a name which no error may repeat: the core would, for it knows none like that.
 * @type {(value: unknown, place: string) => string | undefined}
 */
export function findNameless(value, place) {
  if (!isObject(value)) return undefined;
  for (const name of namesOf(value)) {
    const found = isShown(name) ? findNameless(value[name], placeOf(place, name)) : place;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A path within a place, if none of its names could be a secret's. @type {(place: string, path: string) => string} */
export const shownPath = (place, path) => (path !== "" && path.split(/[.[\]]/).every(isShown) ? `${place}.${path}` : place);

/** The text of the whole. @param {Record<string, unknown>} configuration */
export function writeConfiguration(configuration) {
  const { text = "" } = writeJson(configuration, LEVELS, MOST);
  return text;
}
