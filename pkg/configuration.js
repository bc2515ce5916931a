// @ts-check
// What may stand in a configuration: objects whose members JSON carries as they are.

import { badConfiguration } from "./error.js";

/**
 * The members of an object that must be there.
 * @param {unknown} value
 * @param {string} place what an error calls it
 * @returns {Record<string, unknown>}
 */
export function membersOf(value, place) {
  if (value === undefined) throw badConfiguration(place, "is missing");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badConfiguration(place, "must be an object");
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * The place of the first member that JSON would alter or drop without a word, and so turn a mistake into another
 * setting: a NaN becomes null, a function or a Map disappears. `undefined` where there is none. A member that is
 * `undefined` counts as absent.
 * @param {unknown} value
 * @param {string} place
 * @param {unknown[]} [within] the objects that hold it, to find a cycle
 * @returns {string | undefined}
 */
export function findMisfit(value, place, within = []) {
  if (value === null || value === undefined || typeof value === "string" || typeof value === "boolean") {
    return undefined;
  }
  if (typeof value === "number") return Number.isFinite(value) ? undefined : place;
  if (!isPlain(value) || within.includes(value)) return place;
  for (const [name, member] of Object.entries(value)) {
    const misfit = findMisfit(member, `${place}.${name}`, [...within, value]);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

/**
 * A list, or an object that is nothing special such as a Map or a Date.
 * @param {unknown} value
 * @returns {value is object}
 */
function isPlain(value) {
  return Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
}
