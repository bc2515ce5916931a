// @ts-check
// Checks the options of `openVault`, but for the keys; what is inside `collections` and `settings` the core checks.

import { isArray, isMatch, isObject, isSafeInteger, namesOf, ownOf, parseJson, providedBy } from "./built-ins.js";
import { badConfiguration, isShown, look, placeOf } from "./error.js";
import { LEVELS, writeJson } from "./json.js";

const KNOWN = new Set(["keys", "collections", "store", "policy", "audit", "reload", "clock", "settings", "wasm"]);
const MAY_BE_ABSENT = new Set(["store.write", "audit", "reload", "clock"]);

/** Units of text, far more than any configuration has. */
export const MOST_UNITS = 1 << 26;

/**
 * Data is read of the objects themselves; functions may be those of a class.
 * @param {unknown} options
 */
export function readOptions(options) {
  const given = membersOf(options, "options");
  const provided = (/** @type {string} */ name) => look(name, () => providedBy(given, name));
  for (const name of look("options", () => namesOf(given))) {
    if (KNOWN.has(name)) continue;
    const place = placeOf("options", name);
    throw badConfiguration(place.replace("options.", ""), place === "options" ? "has an unknown option" : "is not a known option");
  }
  const store = membersOf(provided("store"), "store");
  const ofStore = (/** @type {string} */ name) => look(`store.${name}`, () => providedBy(store, name));
  const functions = {
    "store.read": ofStore("read"),
    "store.write": ofStore("write"),
    policy: provided("policy"),
    audit: provided("audit"),
    reload: provided("reload"),
    clock: provided("clock"),
  };
  for (const [place, value] of Object.entries(functions)) {
    if (typeof value === "function" || (value === undefined && MAY_BE_ABSENT.has(place))) continue;
    throw badConfiguration(place, "must be a function");
  }
  const settings = look("settings", () => ownOf(given, "settings"));
  return {
    collections: readPlain(look("collections", () => ownOf(given, "collections")), "collections"),
    settings: readPlain(settings === undefined ? {} : settings, "settings"),
    store: {
      writable: functions["store.write"] !== undefined,
      maxWrites: readLimit(ofStore("maxWrites"), "store.maxWrites"),
      maxRowBytes: readLimit(ofStore("maxRowBytes"), "store.maxRowBytes"),
    },
    audits: functions.audit !== undefined,
  };
}

/** @type {(value: unknown, place: string) => Record<string, unknown>} */
export function membersOf(value, place) {
  // A Proxy that was revoked throws even here.
  if (typeof value !== "object" || value === null || look(place, () => isArray(value))) {
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
export function readPlain(value, place) {
  // A level less: it will stand within the configuration.
  const { text, problem, path, thrown } = writeJson(membersOf(value, place), LEVELS - 1, MOST_UNITS);
  if (text === undefined) throw badConfiguration(shownPath(place, path), problem, thrown?.cause);
  const copy = parseJson(text);
  const nameless = findNameless(copy, place);
  if (nameless !== undefined) throw badConfiguration(nameless, NO_NAME);
  return { __proto__: null, ...copy };
}

export const NO_NAME = "has a name that is none";

/** A collection's or a property's, whatever it looks like. */
const NAME = /^[A-Za-z]\w{0,39}$/;

/**
 * The place of the first object that has a name which no error may repeat: the core would, for it knows none like that.
 * @type {(value: unknown, place: string) => string | undefined}
 */
export function findNameless(value, place) {
  if (!isObject(value)) return undefined;
  for (const name of namesOf(value)) {
    // Those of the settings are known.
    const isName = isShown(name) || (place !== "settings" && isMatch(NAME, name));
    const found = isName ? findNameless(value[name], placeOf(place, name)) : place;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A path within a place, if none of its names could be a secret's. @type {(place: string, path: string) => string} */
export const shownPath = (place, path) => (path !== "" && path.split(/[.[\]]/).every(isShown) ? `${place}.${path}` : place);

/** The text of the whole: each part has been written before, so that only their sum can be too long. @param {Record<string, unknown>} configuration */
export function writeConfiguration(configuration) {
  const { text, problem } = writeJson(configuration, LEVELS, MOST_UNITS);
  if (text === undefined) throw badConfiguration("options", problem);
  return text;
}
