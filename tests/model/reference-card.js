// @ts-check
// IDs that data determines, and IDs that look like card numbers.

import { propertyOf } from "./reference-input.js";
import { Refusal } from "./refusal.js";
import { digitsOf } from "./values.js";

/** @import { Call } from "./reference-call.js" */
/** @import { Token } from "./state.js" */
/** @import { Symbolic } from "./symbols.js" */

/**
 * Refuses what a request for a card-shaped ID shows to be impossible.
 * @param {Call} call
 * @param {{ fptemplate?: string, fpprops?: string[] }} request
 */
export function checkCardShape(call, { fptemplate, fpprops = [] }) {
  if (fptemplate === undefined) return;
  const types = fpprops.map((each) => propertyOf(call, each).type);
  if (fpprops.length !== 1 || types[0] !== "CC_NUMBER") call.report(new Refusal("VL3011"));
}

/**
 * What a card-shaped ID must begin and end with, where the request asks for one.
 * @param {Call} call
 * @param {{ fptemplate?: string, fpprops?: string[] }} request
 * @param {Record<string, any>} data
 * @returns {Symbolic["card"]}
 */
export function cardShape(call, request, data) {
  const [name = ""] = request.fpprops ?? [];
  if (request.fptemplate === undefined) return undefined;
  if (!Object.hasOwn(data, name)) {
    // Another request of the array may be refused first, for another reason.
    call.report(new Refusal("VL3011"));
    return undefined;
  }
  const number = digitsOf(String(data[name]));
  return { first: number.slice(0, 6), last: number.slice(-4), not: number };
}

/**
 * The ID of a `deterministic` token, which is also its hash.
 * @param {Call} call
 * @param {Pick<Token, "collection" | "scope" | "tenant" | "data">} of
 * @param {Symbolic["card"]} card
 */
export function derivedId(call, { collection, scope, tenant, data }, card) {
  const where = scope.startsWith("global:") ? null : collection;
  if (card === undefined) return call.derivedSymbol("derived", [where, tenant, scope, data]);
  return call.derivedSymbol("derived card", [where, tenant, scope, data, card.not], { card });
}
