// @ts-check
// A write on D1: a batch whose statements are all sent before any is answered. So the first ones find out whether the
// write may be made, and leave a guard if it may; all others do nothing where there is no guard.

import { hexOf } from "./hex.js";
import { JSON_EACH } from "./sqlite-schema.js";

/** @import { Change, Row } from "../index.js" */
/** @import { Names } from "./sqlite-schema.js" */

/** @typedef {[text: string, parameters: (string | number | null)[]]} Statement */

/**
 * No claim may stand twice in the batch: that is for the caller to see.
 * @param {Names} names
 * @param {string} id of the write
 * @param {Change[]} changes
 * @param {number} longest characters of one parameter
 * @returns {Statement[]} the last answers a line if the write has been made
 */
export function conditionalWrite({ rows, terms, claims, guard }, id, changes, longest) {
  const written = changes.flatMap(({ row }) => (row === null ? [] : [row]));
  const keys = chunksOf(changes, ({ key }) => key, longest);
  const expected = chunksOf(changes, ({ key, expect }) => ({ key, version: expect }), longest);
  const taken = chunksOf(written.flatMap((row) => row.claims), (claim) => claim, longest);

  const each = (/** @type {string} */ parameter, /** @type {string} */ name) => `${JSON_EACH}(${parameter}) AS ${name}`;
  const member = (/** @type {string} */ name) => `value ->> '$.${name}'`;
  const guarded = `EXISTS (SELECT 1 FROM ${guard} AS g WHERE g.id = ?1)`;
  /** The keys of the batch, which are the parameters after the first so many. @param {number} before */
  const inBatch = (before) =>
    `(${keys.map((_, index) => `SELECT value FROM ${JSON_EACH}(?${before + index + 1})`).join(" UNION ALL ")})`;
  /** @type {(text: string, parameters: string[]) => Statement} */
  const one = (text, parameters) => [text, [id, ...parameters]];
  return [
    one(`INSERT INTO ${guard} (id) VALUES (?1)`, []),
    // Each of these takes the guard away again where something stands against the write.
    ...expected.map((chunk) =>
      one(
        `DELETE FROM ${guard} WHERE id = ?1 AND EXISTS (
  SELECT 1 FROM ${each("?2", "e")} LEFT JOIN ${rows} AS r ON r.key = e.${member("key")} WHERE r.version IS NOT e.${member("version")}
)`,
        [chunk],
      ),
    ),
    ...taken.map((chunk) =>
      one(
        `DELETE FROM ${guard} WHERE id = ?1 AND EXISTS (
  SELECT 1 FROM ${each("?2", "t")} JOIN ${claims} AS c ON c.claim = t.value WHERE c.key NOT IN ${inBatch(2)}
)`,
        [chunk, ...keys],
      ),
    ),
    one(`DELETE FROM ${claims} WHERE ${guarded} AND claim IN (${heldLabels(rows, "claims", "label.value")} WHERE held.key IN ${inBatch(1)})`, keys),
    one(`DELETE FROM ${terms} WHERE ${guarded} AND (term, key) IN (${heldLabels(rows, "terms", "label.value, held.key")} WHERE held.key IN ${inBatch(1)})`, keys),
    one(`DELETE FROM ${rows} WHERE ${guarded} AND key IN ${inBatch(1)}`, keys),
    ...chunksOf(written, columnsOf, longest).map((chunk) =>
      one(
        `INSERT INTO ${rows} (key, version, terms, claims, expires_at, prune_at, sealed)
SELECT ${["key", "version", "terms", "claims", "expires_at", "prune_at"].map((name) => `n.${member(name)}`).join(", ")}, unhex(n.${member("sealed")})
FROM ${each("?2", "n")} WHERE ${guarded}`,
        [chunk],
      ),
    ),
    // What the rows of the batch hold now.
    one(`INSERT INTO ${claims} (claim, key) ${heldLabels(rows, "claims", "label.value, held.key")} WHERE ${guarded} AND held.key IN ${inBatch(1)}`, keys),
    one(`INSERT INTO ${terms} (term, key) ${heldLabels(rows, "terms", "label.value, held.key")} WHERE ${guarded} AND held.key IN ${inBatch(1)}`, keys),
    [`DELETE FROM ${guard} WHERE id = ?1 RETURNING 1`, [id]],
  ];
}

/**
 * The labels that rows hold. Their list with commas becomes JSON: labels hold no quotation mark.
 * @param {string} rows
 * @param {"terms" | "claims"} column
 * @param {string} selected of `label` and `held`
 */
function heldLabels(rows, column, selected) {
  const list = `${JSON_EACH}(CASE held.${column} WHEN '' THEN '[]' ELSE '["' || replace(held.${column}, ',', '","') || '"]' END)`;
  return `SELECT ${selected} FROM ${rows} AS held, ${list} AS label`;
}

/** As JSON has a row's columns. @param {Row} row */
function columnsOf({ key, version, terms, claims, expiresAt, pruneAt, sealed }) {
  return { key, version, terms: terms.join(), claims: claims.join(), expires_at: expiresAt, prune_at: pruneAt, sealed: hexOf(sealed) };
}

/**
 * A list as JSON texts that are not too long.
 * @template T
 * @param {T[]} list
 * @param {(member: T) => unknown} told what is told of each
 * @param {number} longest
 */
function chunksOf(list, told, longest) {
  /** @type {string[]} */
  const texts = [];
  let text = "";
  for (const member of list) {
    const more = JSON.stringify(told(member));
    if (text !== "" && text.length + more.length + 2 > longest) {
      texts.push(`[${text}]`);
      text = "";
    }
    text += text === "" ? more : `,${more}`;
  }
  return text === "" ? texts : [...texts, `[${text}]`];
}
