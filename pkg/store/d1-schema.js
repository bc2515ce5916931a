// @ts-check
// A write on D1: a batch whose statements are all sent before any is answered. So the first ones find out whether the
// write may be made, and leave a guard if it may; all others do nothing where there is no guard.

/** @import { Change, Row } from "../index.js" */
/** @import { Names } from "./sqlite-schema.js" */

/** @typedef {[text: string, parameters: (string | number | null)[]]} Statement */

/** The guards of the writes that are being made, quoted. @param {string} table */
export const guardTable = (table) => `"${`${table}_guard`.replaceAll('"', '""')}"`;

/** Two digits for each byte. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * @param {Names} names
 * @param {string} guard
 * @param {string} id of the write
 * @param {Change[]} changes
 * @param {number} longest characters of one parameter
 * @returns {Statement[]} the last answers a line if the write has been made
 */
export function conditionalWrite({ rows, terms, claims }, guard, id, changes, longest) {
  const written = changes.flatMap(({ row }) => (row === null ? [] : [row]));
  const keys = JSON.stringify(changes.map(({ key }) => key));
  const expected = JSON.stringify(changes.map(({ key, expect }) => ({ key, version: expect })));
  const taken = JSON.stringify(written.flatMap((row) => row.claims.map((claim) => ({ claim, key: row.key }))));
  const had = JSON.stringify(written.flatMap((row) => row.terms.map((term) => ({ term, key: row.key }))));

  const each = (/** @type {string} */ parameter, /** @type {string} */ name) => `json_each(${parameter}) AS ${name}`;
  const member = (/** @type {string} */ name) => `value ->> '$.${name}'`;
  const guarded = `EXISTS (SELECT 1 FROM ${guard} WHERE id = ?1)`;
  return [
    [
      `INSERT INTO ${guard} (id) SELECT ?1
WHERE NOT EXISTS (
  SELECT 1 FROM ${each("?2", "e")} LEFT JOIN ${rows} AS r ON r.key = e.${member("key")}
  WHERE r.version IS NOT e.${member("version")}
) AND NOT EXISTS (
  SELECT 1 FROM ${each("?3", "t")} JOIN ${claims} AS c ON c.claim = t.${member("claim")}
  WHERE c.key NOT IN (SELECT value FROM json_each(?4))
) AND (SELECT count(*) = count(DISTINCT t.${member("claim")}) FROM ${each("?3", "t")})`,
      [id, expected, taken, keys],
    ],
    [`DELETE FROM ${claims} WHERE ${guarded} AND claim IN (${heldLabels(rows, "claims")})`, [id, keys]],
    [
      `DELETE FROM ${terms} WHERE ${guarded} AND (term, key) IN (${heldLabels(rows, "terms", "held.key")})`,
      [id, keys],
    ],
    [`DELETE FROM ${rows} WHERE ${guarded} AND key IN (SELECT value FROM json_each(?2))`, [id, keys]],
    ...chunks(written, longest).map(
      (chunk) =>
        /** @type {Statement} */ ([
          `INSERT INTO ${rows} (key, version, terms, claims, expires_at, prune_at, sealed)
SELECT ${["key", "version", "terms", "claims", "expires_at", "prune_at"].map((name) => `n.${member(name)}`).join(", ")}, unhex(n.${member("sealed")})
FROM ${each("?2", "n")} WHERE ${guarded}`,
          [id, chunk],
        ]),
    ),
    [`INSERT INTO ${claims} (claim, key) SELECT t.${member("claim")}, t.${member("key")} FROM ${each("?2", "t")} WHERE ${guarded}`, [id, taken]],
    [`INSERT INTO ${terms} (term, key) SELECT t.${member("term")}, t.${member("key")} FROM ${each("?2", "t")} WHERE ${guarded}`, [id, had]],
    [`DELETE FROM ${guard} WHERE id = ?1 RETURNING 1`, [id]],
  ];
}

/**
 * The labels that the rows of `?2` hold. Their list with commas becomes JSON: labels hold no quotation mark.
 * @param {string} rows
 * @param {"terms" | "claims"} column
 * @param {string} [more] what else is selected
 */
function heldLabels(rows, column, more) {
  const list = `json_each(CASE held.${column} WHEN '' THEN '[]' ELSE '["' || replace(held.${column}, ',', '","') || '"]' END)`;
  const selected = more === undefined ? "label.value" : `label.value, ${more}`;
  return `SELECT ${selected} FROM ${rows} AS held, ${list} AS label WHERE held.key IN (SELECT value FROM json_each(?2))`;
}

/**
 * Rows as JSON texts that are not too long.
 * @param {Row[]} rows
 * @param {number} longest
 */
function chunks(rows, longest) {
  /** @type {string[]} */
  const texts = [];
  let text = "";
  for (const { key, version, terms, claims, expiresAt, pruneAt, sealed } of rows) {
    let hex = "";
    for (const byte of sealed) hex += HEX[byte];
    const columns = { key, version, terms: terms.join(), claims: claims.join(), expires_at: expiresAt, prune_at: pruneAt, sealed: hex };
    const more = JSON.stringify(columns);
    if (text !== "" && text.length + more.length + 2 > longest) {
      texts.push(`[${text}]`);
      text = "";
    }
    text += text === "" ? more : `,${more}`;
  }
  return text === "" ? texts : [...texts, `[${text}]`];
}
