// @ts-check
// Names of tables that mean something to an engine or to a store's own statements, and what a store has to do under each.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { insert, makeLabels, makeRow, next, remove, replace } from "../../pkg/testing/rows.js";

/** @import { Row, Store } from "vaultlet" */

/**
 * Every word of files of `pkg/store/`: so no table, function, column, alias or variable of their SQL can be forgotten.
 * @param {string[]} files
 */
export function wordsOf(...files) {
  const text = files.map((file) => readFileSync(new URL(`../../pkg/store/${file}`, import.meta.url), "utf8")).join("\n");
  const code = text.replaceAll(/^ *(\*|\/\*|\/\/).*$/gm, "");
  return [...new Set(Array.from(code.matchAll(/[A-Za-z_]\w*/g), String))];
}

/** Characters that a statement could stumble over, and names that a host could well choose. */
export const oddNames = [
  ..."excluded json_each json_tree keys next before new old text int4 name date user order group table select values json".split(" "),
  ..."RETURNING Returning EXCLUDED rowid oid main temp public value label held this".split(" "),
  `a "quoted" 'name'; --`, "'", '"', "\\", "$1", "?1", ":a", "%I", "$body$", "/* x */", " ", " lead", "a\nb", "1", "-", "*",
  "é".repeat(40), "顧".repeat(40), "🗝".repeat(40), `${"é".repeat(39)}è`, "x".repeat(40),
];

/**
 * A short life: insert, replace, read by claims and by terms, move a claim, delete, prune.
 * @param {Store & { prune(now: number): Promise<number> }} store
 * @param {string} table
 */
export async function live(store, table) {
  const write = async (/** @type {import("vaultlet").Change[]} */ ...changes) => assert.equal(await store.write?.(changes), true, table);
  const found = async (/** @type {Row} */ row) => {
    assert.deepEqual(await store.read({ claims: row.claims }), [row], table);
    assert.deepEqual(await store.read({ terms: row.terms, state: "any", now: 0, after: null, limit: 9 }), [row], table);
  };
  const first = makeRow({ terms: makeLabels(2), pruneAt: 5 });
  await write(insert(first));
  const second = next(first, { terms: [first.terms[0] ?? "", ...makeLabels(1)], sealed: Uint8Array.of(1, 2), expiresAt: 4 });
  await write(replace(first, second));
  await found(second);
  const third = next(second, { claims: makeLabels(1) });
  const other = makeRow({ claims: second.claims });
  await write(insert(other), replace(second, third));
  await found(third);
  await found(other);
  assert.equal(await store.write?.([insert(makeRow({ claims: other.claims }))]), false, table);
  await write(remove(other));
  assert.equal(await store.prune(6), 1, table);
  assert.deepEqual(await store.read({ claims: [...third.claims, ...other.claims] }), [], table);
}

/** Stores of which each wants a name that the one before it has, for a table or an index that belongs to it. */
export const overlapping = [
  ["x", "x_terms"],
  ["x", "x_claims"],
  ["x", "x_prune"],
  ["x_terms", "x"],
  ["x_claims", "x"],
  ["x_prune", "x"],
];
