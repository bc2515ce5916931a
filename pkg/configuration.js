// @ts-check
// What may stand in a configuration: objects whose members JSON carries as they are.

import { badConfiguration } from "./error.js";

/** The members of an object that must be there. @type {(value: unknown, place: string) => Record<string, unknown>} */
export function membersOf(value, place) {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw badConfiguration(place, value === undefined ? "is missing" : "must be an object");
}

/**
 * The place of the first member that JSON would alter or drop without a word, and so turn a mistake into another
 * setting: a NaN becomes null, a function or a Map disappears. A member that is `undefined` counts as absent.
 * @type {(value: unknown, place: string, within?: unknown[]) => string | undefined}
 */
export function findMisfit(value, place, within = []) {
  if (value === null || ["undefined", "string", "boolean"].includes(typeof value)) return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : place;
  const plain = Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
  if (!plain || within.includes(value)) return place;
  for (const [name, member] of Object.entries(value)) {
    const misfit = findMisfit(member, `${place}.${name}`, [...within, value]);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}
