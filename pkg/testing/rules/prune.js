// @ts-check
// Pruning: a row may go after its `pruneAt`, and never otherwise.

import { expect, expectEqual, expectRows } from "../expect.js";
import { makeLabel, makeRow } from "../rows.js";
import { NOW } from "../subject.js";

/** @import { Store } from "../../index.js" */
/** @import { Rule } from "./rule.js" */

/** @typedef {Store & { prune?: (now: number) => number | Promise<number> }} PrunedStore */

/** Far from the machine's own time: an engine that prunes by it takes nothing of these. */
const THEN = Date.UTC(2200, 0);

/** @type {Rule[]} */
export const rules = [
  {
    title: "a row stays until its `pruneAt`, however long it has been archived",
    async check(subject) {
      const term = makeLabel();
      const rows = [
        makeRow({ terms: [term], expiresAt: 1, pruneAt: null }),
        makeRow({ terms: [term], expiresAt: 1, pruneAt: THEN }),
        makeRow({ terms: [term], expiresAt: null, pruneAt: null }),
      ];
      await subject.fill(rows);
      await subject.tagged([term], { now: THEN * 2 });
      await /** @type {PrunedStore} */ (subject.store).prune?.(THEN);
      await subject.expectFound(rows, "after `prune`, the rows whose `pruneAt` does not lie before its `now`");
    },
  },
  {
    title: "`prune` deletes the rows whose `pruneAt` lies before `now`, and answers how many",
    async check(subject) {
      const store = /** @type {PrunedStore} */ (subject.store);
      // Not every store of a user's has it.
      if (store.prune === undefined) return;
      const term = makeLabel();
      const of = (/** @type {number | null} */ pruneAt) => makeRow({ terms: [term], pruneAt, expiresAt: NOW });
      const [due, long, now, later, never] = [of(THEN - 1), of(THEN - 1e9), of(THEN), of(THEN + 1), of(null)];
      await subject.fill([due, long, now, later, never]);
      expectEqual(await store.prune(THEN), 2, "what `prune` answers, with two rows due");
      await subject.expectFound([now, later, never], "the rows that are left");
      expectRows(await subject.holders(...due.claims, ...long.claims), [], "rows that were pruned, by claims");
      const left = await subject.tagged([term]);
      expect(left.every(({ key }) => key !== due.key && key !== long.key), "rows that were pruned, by a term");
      expectEqual(await store.prune(THEN), 0, "what `prune` answers the second time");
      // What they held is free.
      await subject.fill([makeRow({ claims: due.claims })]);
    },
  },
];
