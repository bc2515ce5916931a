// @ts-check
// The vault's questions to its host, and the host's answers, in words.

/** @import { AccessRequest, AuditEvent, Change, Query, Row } from "vaultlet" */
/** @import { Callback, Outcome } from "../host/watched.js" */

/** @type {Record<Callback, { ask: (question: any) => string, answer: (answer: any) => string }>} */
const words = {
  policy: {
    ask: (/** @type {AccessRequest} */ { action, checks }) =>
      `May this caller ${checks.length === 0 ? `do ${action} at all` : checksInWords(checks)}?`,
    answer: ({ allow, message }) => (allow ? "yes" : `no: ${message}`),
  },
  "store.read": {
    ask: (/** @type {Query} */ query) =>
      "claims" in query
        ? `Which rows hold ${anyOf(query.claims.length)}?`
        : `Which ${query.state} rows have ${query.terms.length === 1 ? "this term" : `all of these ${query.terms.length} terms`}?`,
    answer: (/** @type {Row[]} */ rows) => (rows.length === 0 ? "none" : count(rows.length, "1 row", "rows")),
  },
  "store.write": {
    ask: (/** @type {Change[]} */ changes) => `Unless somebody else wrote first: ${listOf(changes.map(changeInWords))}.`,
    answer: (written) => (written ? "written" : "somebody else was first"),
  },
  audit: {
    ask: (/** @type {AuditEvent} */ { action, decision, tokens, code }) =>
      decision === "allowed"
        ? `Note: ${action}, allowed${action.startsWith("tokens.") ? `, ${count(tokens, "1 token", "tokens")}` : ""}.`
        : `Note: ${action}, ${decision}${code === undefined ? "" : `, ${code}`}.`,
    answer: () => "noted",
  },
};

/** @param {AccessRequest["checks"]} checks */
function checksInWords(checks) {
  /** @type {Map<string, Set<string>>} */
  const operations = new Map();
  for (const { operation, resource } of checks) {
    const name = resource.replace(/^\w+\/properties\//, "");
    operations.set(name, (operations.get(name) ?? new Set()).add(operation));
  }
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const [name, asked] of operations) {
    const what = [...asked].join(" and ");
    names.set(what, [...(names.get(what) ?? []), name]);
  }
  return [...names].map(([what, which]) => `${what} ${which.join(", ")}`).join("; ");
}

/** @param {Change} change */
function changeInWords({ expect, row }) {
  if (row === null) return "delete a row";
  return expect === null ? "add a row" : `put version ${row.version} of a row in the place of ${expect}`;
}

/** @param {number} number @param {string} one @param {string} many */
const count = (number, one, many) => (number === 1 ? one : `${number} ${many}`);

/** @param {number} claims */
const anyOf = (claims) => (claims === 1 ? "this claim" : `any of these ${claims} claims`);

/** Repeats are told once. @param {string[]} texts */
function listOf(texts) {
  return [...new Set(texts)].join(", ");
}

/** @param {Callback} callback @param {unknown} question */
export const questionInWords = (callback, question) => words[callback].ask(question);

/** @param {Callback} callback @param {Outcome} outcome */
export function outcomeInWords(callback, outcome) {
  if ("answer" in outcome) return words[callback].answer(outcome.answer);
  return outcome.failure instanceof Error ? outcome.failure.message : "failed";
}

/** The question as the host has it. @param {unknown} question */
export function questionInFull(question) {
  return JSON.stringify(question, (_, value) => (value instanceof Uint8Array ? `${value.length} sealed bytes` : value), 2);
}
