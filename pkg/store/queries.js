// @ts-check
// What a store is asked, and what it means: the same for every engine.

import { hasOwn } from "../built-ins.js";

/** @import { Query, Row } from "../index.js" */

/** @typedef {Extract<Query, { claims: string[] }>} ClaimsQuery */
/** @typedef {Extract<Query, { terms: string[] }>} TermsQuery */

/** Most terms of a row. */
const MOST_TERMS = 64;

/** @param {Query} query @returns {query is ClaimsQuery} */
export const asksForClaims = (query) => hasOwn(query, "claims");

/** The terms of a query, each once; there is always one. @type {(query: TermsQuery) => [string, ...string[]]} */
export const askedTerms = ({ terms }) => /** @type {[string, ...string[]]} */ ([...new Set(terms)]);

/** Whether no row can have all that is asked for: the engine need not be troubled. @param {Query} query */
export const asksForTooMany = (query) => !asksForClaims(query) && askedTerms(query).length > MOST_TERMS;

/** @type {(row: Row, state: "active" | "archived" | "any", now: number) => boolean} */
export function isInState({ expiresAt }, state, now) {
  const archived = expiresAt !== null && expiresAt <= now;
  return state === "any" || archived === (state === "archived");
}
