// @ts-check
// Whether the vault and the reference agree: in what they answered, what they asked the policy, and what they told the
// audit.

import { isDeepStrictEqual } from "node:util";

import { statuses } from "./refusal.js";
import { difference } from "./symbols.js";
import { canonical } from "./values.js";

/** @import { Result } from "./reference-vault.js" */
/** @import { Refusal } from "./refusal.js" */
/** @import { State } from "./state.js" */
/** @import { Learned } from "./symbols.js" */

/** How a call of the vault ended. @typedef {{ answer: any } | { error: any }} Outcome */

/** @param {Result} result @param {Outcome} outcome @param {Learned} learned */
export function differenceOfOutcome(result, outcome, learned) {
  if ("refusal" in result) {
    if (!("error" in outcome)) return "an answer for an error";
    const { error } = outcome;
    if (error.status !== statuses[error.code]) return "an error with another status";
    const fits = (/** @type {Refusal} */ { code, context }) =>
      code === error.code && Object.entries(context).every(([name, value]) => error.context[name] === value);
    return [result.refusal, ...result.refusal.others].some(fits) ? undefined : "another error";
  }
  return "error" in outcome ? "an error for an answer" : difference(result.answer, outcome.answer, learned);
}

/**
 * Of the policy's questions, or the audit's events.
 * @param {string} what
 * @param {any[]} expected
 * @param {any[]} actual
 * @param {{ ordered: boolean }} checks whether their order is known: of what was opened it is not
 */
export function differenceOf(what, expected, actual, { ordered }) {
  if (new Set(actual.map(({ id }) => id)).size > 1) return `${what}: events of one call with different ids`;
  const plain = (/** @type {any} */ { id, caller, checks, tokens, ...rest }) => ({
    ...rest,
    checks: ordered ? checks : checks.map(canonical).sort(),
    caller: caller.name,
    ...(rest.decision === "allowed" ? { tokens } : {}),
  });
  const [wanted, found] = [expected.map(plain), actual.map(plain)];
  if (isDeepStrictEqual(wanted, found)) return undefined;
  return `${what}:\n  ${JSON.stringify(found)}\nand not\n  ${JSON.stringify(wanted)}`;
}

/**
 * Of states that hold the same one is enough.
 * @template {{ state: State }} Each
 * @param {Each[]} possible
 */
export function distinct(possible) {
  if (possible.length < 2) return possible;
  const plain = (/** @type {string} */ name, /** @type {any} */ value) =>
    name === "key" || name === "serial" ? undefined : value;
  const texts = possible.map(({ state: { tokens, transactions, ciphertexts } }) =>
    [...tokens, ...transactions, ...ciphertexts]
      .map((each) => JSON.stringify(each, plain))
      .sort()
      .join(),
  );
  return possible.filter((_, position) => texts.indexOf(texts[position] ?? "") === position);
}

/** @param {Result} result */
export function describe(result) {
  if ("refusal" in result) {
    const { refusal } = result;
    return [refusal, ...refusal.others].map(({ code, context }) => `${code} ${JSON.stringify(context)}`).join(" or ");
  }
  return JSON.stringify(result.answer) ?? "nothing";
}

/** @param {Outcome} outcome */
export function describeOutcome(outcome) {
  if ("answer" in outcome) return JSON.stringify(outcome.answer) ?? "nothing";
  const { error } = outcome;
  return error.code === undefined
    ? String(error.stack)
    : `${error.code} ${JSON.stringify(error.context)}: ${error.message}`;
}
