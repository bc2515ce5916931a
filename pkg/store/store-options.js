// @ts-check
// What a host hands to a store: its options, its client, its errors. What somebody put on `Object.prototype` is none of
// theirs.

import { hasOwn, namesOf, providedBy } from "../built-ins.js";
import { badConfiguration, placeOf } from "../error.js";
import { membersOf } from "../options.js";

/** @import { Query } from "../index.js" */

/** @typedef {Extract<Query, { claims: string[] }>} ClaimsQuery */
/** @typedef {Extract<Query, { terms: string[] }>} TermsQuery */

/** Most terms of a row. */
const MOST_TERMS = 64;

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

/** The terms of a query, each once; there is always one. @type {(query: TermsQuery) => [string, ...string[]]} */
export const askedTerms = ({ terms }) => /** @type {[string, ...string[]]} */ ([...new Set(terms)]);

/** Whether no row can have all that is asked for: the engine need not be troubled. @param {Query} query */
export const asksForTooMany = (query) => !asksForClaims(query) && askedTerms(query).length > MOST_TERMS;

/** What an engine's error is marked with. @type {(error: unknown, name: string) => unknown} */
export const markOf = (error, name) => providedBy(error, name);
