// @ts-check
// The tables of a store on SQLite, whoever runs it, and its statements. `docs/stores/sqlite.md` describes them.

import { asksForClaims, isName } from "./store-options.js";

/** @import { Change, Query, Row } from "../index.js" */

/**
 * The names of a store's tables, quoted; none where it is no name.
 * @param {unknown} table
 */
export function namesOf(table) {
  if (!isName(table) || table.length > 200 || table.includes("\0")) return undefined;
  // SQLite's own tables have such names, and it lets nobody else make one.
  if (/^sqlite_/i.test(table)) return undefined;
  const quote = (/** @type {string} */ name) => `"${name.replaceAll('"', '""')}"`;
  return {
    rows: quote(table),
    terms: quote(`${table}_terms`),
    claims: quote(`${table}_claims`),
    pruneIndex: quote(`${table}_prune`),
  };
}

/** What `namesOf` asks for. */
export const NAME = "must be a name of at most 200 characters, none of them NUL, that does not begin with `sqlite_`";

/** @typedef {NonNullable<ReturnType<typeof namesOf>>} Names */

/**
 * Text is compared byte by byte, which for labels is by code unit. A row's terms and claims stand in the row, where
 * they are read, and in a table of their own, where they are found.
 * @param {Names} names
 */
export const migration = ({ rows, terms, claims, pruneIndex }) => [
  `CREATE TABLE IF NOT EXISTS ${rows} (
  key        TEXT PRIMARY KEY,
  version    INTEGER NOT NULL,
  terms      TEXT NOT NULL,
  claims     TEXT NOT NULL,
  expires_at INTEGER,
  prune_at   INTEGER,
  sealed     BLOB NOT NULL
)`,
  `CREATE INDEX IF NOT EXISTS ${pruneIndex} ON ${rows} (prune_at) WHERE prune_at IS NOT NULL`,
  `CREATE TABLE IF NOT EXISTS ${terms} (term TEXT, key TEXT, PRIMARY KEY (term, key)) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS ${claims} (claim TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID`,
];

const COLUMNS = "r.key, r.version, r.terms, r.claims, r.expires_at, r.prune_at, r.sealed";

/** By state; the parameter is `now`. */
const STATES = {
  any: "? IS NOT NULL",
  active: "(r.expires_at IS NULL OR r.expires_at > ?)",
  archived: "r.expires_at <= ?",
};

/**
 * A read as one statement, and its parameters.
 * @param {Names} names
 * @param {Query} query
 * @returns {[text: string, parameters: (string | number)[]]}
 */
export function readStatement({ rows, terms, claims }, query) {
  if (asksForClaims(query)) {
    const text = `SELECT ${COLUMNS} FROM ${rows} AS r WHERE r.key IN (
  SELECT c.key FROM ${claims} AS c WHERE c.claim IN (SELECT value FROM json_each(?)))`;
    return [text, [JSON.stringify(query.claims)]];
  }
  const [first, ...others] = /** @type {[string, ...string[]]} */ (query.terms);
  const joins = others.map((_, index) => `JOIN ${terms} AS t${index} ON t${index}.term = ? AND t${index}.key = t.key`);
  const text = `SELECT ${COLUMNS} FROM ${terms} AS t ${joins.join(" ")} JOIN ${rows} AS r ON r.key = t.key
WHERE t.term = ? AND t.key > ? AND ${STATES[query.state]} ORDER BY t.key LIMIT ?`;
  return [text, [...others, first, query.after ?? "", query.now, query.limit]];
}

/** @param {any} columns @returns {Row} */
export function toRow({ key, version, terms, claims, expires_at, prune_at, sealed }) {
  const split = (/** @type {string} */ labels) => (labels === "" ? [] : labels.split(","));
  // Numbers may come as BigInt, and bytes as an ArrayBuffer, a list, or, where there are none, as nothing.
  const number = (/** @type {number | bigint | null} */ value) => (value === null ? null : Number(value));
  return {
    key,
    version: Number(version),
    terms: split(terms),
    claims: split(claims),
    expiresAt: number(expires_at),
    pruneAt: number(prune_at),
    sealed: new Uint8Array(sealed ?? 0),
  };
}

/**
 * Makes a batch's changes by single statements, within a transaction of the caller's. Answers false where they may not
 * be made; then the transaction has to be taken back.
 * @param {Names} names
 * @param {Change[]} changes
 * @param {(text: string, ...parameters: any[]) => any[]} ask
 */
export function makeChanges({ rows, terms, claims }, changes, ask) {
  const before = changes.map(({ key, expect }) => {
    const [held] = ask(`SELECT version, terms, claims FROM ${rows} WHERE key = ?`, key);
    const version = held === undefined ? null : Number(held.version);
    return version === expect ? { terms: labelsOf(held?.terms), claims: labelsOf(held?.claims) } : undefined;
  });
  for (const [index, { key, row }] of changes.entries()) {
    const held = before[index];
    if (held === undefined) return false;
    // Claims are let go before any is taken: within the batch one may move from row to row.
    const kept = new Set(row?.claims);
    for (const claim of held.claims) if (!kept.has(claim)) ask(`DELETE FROM ${claims} WHERE claim = ?`, claim);
    const keptTerms = new Set(row?.terms);
    for (const term of held.terms) if (!keptTerms.has(term)) ask(`DELETE FROM ${terms} WHERE term = ? AND key = ?`, term, key);
    if (row === null) ask(`DELETE FROM ${rows} WHERE key = ?`, key);
  }
  for (const [index, { key, row }] of changes.entries()) {
    if (row === null) continue;
    const held = before[index];
    for (const claim of row.claims) {
      if (held?.claims.has(claim)) continue;
      const taken = ask(`INSERT INTO ${claims} (claim, key) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1`, claim, key);
      if (taken.length === 0) return false;
    }
    for (const term of row.terms) if (!held?.terms.has(term)) ask(`INSERT INTO ${terms} (term, key) VALUES (?, ?)`, term, key);
    ask(
      `INSERT INTO ${rows} (key, version, terms, claims, expires_at, prune_at, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET (version, terms, claims, expires_at, prune_at, sealed) =
  (excluded.version, excluded.terms, excluded.claims, excluded.expires_at, excluded.prune_at, excluded.sealed)`,
      key, row.version, row.terms.join(), row.claims.join(), row.expiresAt, row.pruneAt, row.sealed,
    );
  }
  return true;
}

/** @param {string | undefined} labels */
const labelsOf = (labels) => new Set(labels ? labels.split(",") : []);

/**
 * Deletes what may be pruned, within a transaction of the caller's.
 * @param {Names} names
 * @param {number} now
 * @param {(text: string, ...parameters: any[]) => any[]} ask
 */
export function pruneRows({ rows, terms, claims }, now, ask) {
  const due = ask(`SELECT key, terms, claims FROM ${rows} WHERE prune_at < ?`, now);
  for (const row of due) {
    for (const claim of labelsOf(row.claims)) ask(`DELETE FROM ${claims} WHERE claim = ?`, claim);
    for (const term of labelsOf(row.terms)) ask(`DELETE FROM ${terms} WHERE term = ? AND key = ?`, term, row.key);
    ask(`DELETE FROM ${rows} WHERE key = ?`, row.key);
  }
  return due.length;
}
