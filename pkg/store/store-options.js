// @ts-check
// What a host hands to a store: its options, its client, its errors. What somebody put on `Object.prototype` is none of
// theirs.

import { hasOwn, namesOf, providedBy } from "../built-ins.js";
import { badConfiguration, placeOf } from "../error.js";
import { membersOf } from "../options.js";

/** @import { Query } from "../index.js" */

/** @typedef {Extract<Query, { claims: string[] }>} ClaimsQuery */

/**
 * The options themselves, without what they would inherit.
 * @type {(options: unknown, ...known: string[]) => Record<string, unknown>}
 */
export function optionsOf(options, ...known) {
  const given = membersOf(options, "options");
  for (const name of namesOf(given)) {
    if (known.includes(name)) continue;
    const place = placeOf("options", name);
    throw badConfiguration(place, place === "options" ? "has an unknown option" : "is not a known option");
  }
  return { __proto__: null, ...given };
}

/** Whether a client has methods of these names: its own, or those of its class. @type {(client: unknown, ...names: string[]) => boolean} */
export const hasMethods = (client, ...names) => names.every((name) => typeof providedBy(client, name) === "function");

/** @param {Query} query @returns {query is ClaimsQuery} */
export const asksForClaims = (query) => hasOwn(query, "claims");

/** What an engine's error is marked with. @type {(error: unknown, name: string) => unknown} */
export const markOf = (error, name) => providedBy(error, name);
