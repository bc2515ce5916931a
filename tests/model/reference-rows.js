// @ts-check
// What the store holds of the reference's state, as far as host.md and sealing.md tell: a row for each token and each
// transaction, by how many terms and claims, and until when.

import { canonical } from "./values.js";

/** @import { State, Token, Transaction } from "./state.js" */
/** @import { Settings } from "./world.js" */

/** @typedef {{ terms: string[], claims: string[] }} Labels */

/** @param {Token} token @returns {Labels} */
function labelsOf({ collection, id, type, scope, tenant, tags, unique, data }) {
  const claims = [`token ${id.serial}`, ...unique.map((tag) => `unique-tag ${tag}`)];
  if (type.startsWith("pci")) claims.push(canonical([type, collection, tenant, scope, data]));
  return { terms: ["all", "collection", "tenant", ...tags.map((tag) => `tag ${tag}`)], claims };
}

/** @type {Labels} */
const transactionLabels = { terms: ["all"], claims: ["transaction"] };

/** All of a token but its version, as text. @param {Token} token */
export const contentOf = (token) =>
  JSON.stringify({ ...token, version: 0, id: token.id.serial, unique: [...token.unique].sort() });

/**
 * The changes that lead from one state to the other; the versions of the rows are counted up. Each is the row's labels
 * before and after.
 * @param {State} before
 * @param {State} after
 * @returns {[before: Labels | null, after: Labels | null][]}
 */
export function changesBetween(before, after) {
  /** @type {[Labels | null, Labels | null][]} */
  const changes = [];
  const old = new Map(before.tokens.map((token) => [token.key, token]));
  for (const token of after.tokens) {
    const previous = old.get(token.key);
    old.delete(token.key);
    if (previous && contentOf(previous) === contentOf(token)) continue;
    token.version += 1;
    changes.push([previous ? labelsOf(previous) : null, labelsOf(token)]);
  }
  for (const token of old.values()) changes.push([labelsOf(token), null]);
  const kept = new Set(before.transactions.map(({ key }) => key));
  for (const { key } of after.transactions) if (!kept.has(key)) changes.push([null, transactionLabels]);
  return changes;
}

/** How many keys, terms and claims the changes touch. @param {[Labels | null, Labels | null][]} changes */
export function writesOf(changes) {
  let writes = 0;
  for (const [before, after] of changes) {
    const touched = (/** @type {keyof Labels} */ name) =>
      new Set([...(before?.[name] ?? []), ...(after?.[name] ?? [])]).size;
    writes += 1 + touched("terms") + touched("claims");
  }
  return writes;
}

/**
 * The rows that the store must hold, each in a line of text.
 * @param {State} state
 * @param {Settings} settings
 */
export function rowsOf({ tokens, transactions }, { archivedRetentionSecs }) {
  const ofTokens = tokens.map((token) => {
    const { terms, claims } = labelsOf(token);
    const retained = token.expires === null || archivedRetentionSecs === null;
    const prune = retained ? null : /** @type {number} */ (token.expires) + archivedRetentionSecs * 1_000;
    const labels = `${terms.length} terms, ${claims.length} claims`;
    return `token v${token.version}, ${labels}, expires ${token.expires}, prune ${prune}`;
  });
  return [...ofTokens, ...transactions.map(({ ends }) => `transaction until ${ends}`)].sort();
}
