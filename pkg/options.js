// @ts-check
// Checks what `openVault` is given, as far as JavaScript can see it. The core checks the rest: that no two secrets are
// equal, and what is inside `collections` and `settings`.

import { findMisfit, membersOf } from "./configuration.js";
import { badConfiguration } from "./error.js";
import { readKeys } from "./keys.js";

const KNOWN = ["keys", "collections", "store", "policy", "audit", "reload", "clock", "settings"];
const OPTIONAL = ["store.write", "audit", "reload", "clock"];

/**
 * Reads the options into what the core is made of. The caller wipes `secrets`.
 * @param {unknown} options
 */
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
  const store = {
    writable: write !== undefined,
    maxWrites: readLimit(maxWrites, "store.maxWrites"),
    maxRowBytes: readLimit(maxRowBytes, "store.maxRowBytes"),
  };
  const collections = readJson(given.collections, "collections");
  const settings = given.settings === undefined ? {} : readJson(given.settings, "settings");
  // Last, so that no other refusal leaves a copy of the secrets behind.
  const { primary, data, secrets } = readKeys(given.keys);
  const configuration = { primary, data, collections, settings, store, audits: audit !== undefined };
  return {
    configuration: JSON.stringify(configuration),
    secrets,
    // As it is after JSON: the value that the core will have checked.
    timeoutMs: /** @type {number} */ (settings.timeoutMs ?? 30_000),
  };
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
