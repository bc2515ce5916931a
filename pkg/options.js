// @ts-check
// Checks what `openVault` is given, as far as JavaScript can see it. The core checks the rest: that no two secrets
// are equal, and what is inside `collections` and `settings`.

import { findMisfit, membersOf } from "./configuration.js";
import { badConfiguration } from "./error.js";
import { readKeys } from "./keys.js";

/** How long a callback may take, in milliseconds, where the settings do not say. */
const DEFAULT_TIMEOUT_MS = 30_000;

const KNOWN = ["keys", "collections", "store", "policy", "audit", "reload", "clock", "settings"];

/**
 * Reads the options of `openVault`, for the core's constructor. The caller wipes `secrets`.
 * @param {unknown} options
 */
export function readOptions(options) {
  const given = membersOf(options, "options");
  for (const name of Object.keys(given)) {
    if (!KNOWN.includes(name)) throw badConfiguration(name, "is not a known option");
  }
  const store = readStore(given.store);
  checkFunction(given.policy, "policy");
  if (given.audit !== undefined) checkFunction(given.audit, "audit");
  if (given.reload !== undefined) checkFunction(given.reload, "reload");
  if (given.clock !== undefined) checkFunction(given.clock, "clock");
  const collections = readJson(membersOf(given.collections, "collections"), "collections");
  const settings = readJson(given.settings === undefined ? {} : membersOf(given.settings, "settings"), "settings");

  // Last, so that no other refusal leaves a copy of the secrets behind.
  const { primary, names, secrets } = readKeys(given.keys);
  return {
    configuration: JSON.stringify({
      primary,
      data: names,
      collections,
      settings,
      store,
      audits: given.audit !== undefined,
    }),
    secrets,
    // As it will be after JSON, so that the value which the core accepts is the value that holds.
    timeoutMs: /** @type {number} */ (settings.timeoutMs ?? DEFAULT_TIMEOUT_MS),
  };
}

/**
 * What the core must know of the store. Its own members are the host's business.
 * @param {unknown} store
 */
function readStore(store) {
  const { read, write, maxWrites, maxRowBytes } = membersOf(store, "store");
  checkFunction(read, "store.read");
  if (write !== undefined) checkFunction(write, "store.write");
  return {
    writable: write !== undefined,
    maxWrites: readLimit(maxWrites, "store.maxWrites"),
    maxRowBytes: readLimit(maxRowBytes, "store.maxRowBytes"),
  };
}

/**
 * @param {unknown} limit
 * @param {string} place
 */
function readLimit(limit, place) {
  if (limit === undefined) return null;
  if (typeof limit !== "number" || !Number.isSafeInteger(limit) || limit < 1) {
    throw badConfiguration(place, "must be a whole number, at least 1");
  }
  return limit;
}

/**
 * @param {unknown} value
 * @param {string} place
 */
function checkFunction(value, place) {
  if (value === undefined) throw badConfiguration(place, "is missing");
  if (typeof value !== "function") throw badConfiguration(place, "must be a function");
}

/**
 * A copy of plain data, as JSON carries it.
 * @param {Record<string, unknown>} value
 * @param {string} place
 * @returns {Record<string, unknown>}
 */
function readJson(value, place) {
  const misfit = findMisfit(value, place);
  if (misfit !== undefined) throw badConfiguration(misfit, "is nothing that JSON can carry");
  return JSON.parse(JSON.stringify(value));
}
