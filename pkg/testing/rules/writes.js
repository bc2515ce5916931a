// @ts-check
// Writes: all changes or none, and only over the versions that they expect.

import { expectEqual, expectRows } from "../expect.js";
import { insert, makeLabel, makeLabels, makeRow, next, remove, replace } from "../rows.js";

/** @import { Change } from "../../index.js" */
/** @import { Rule } from "./rule.js" */

/** @type {Rule[]} */
export const rules = [
  {
    title: "an insert needs that no row has the key",
    async check(subject) {
      const row = makeRow();
      await subject.land(insert(row));
      await subject.refuse("an insert over a row", insert(makeRow({ key: row.key })));
      await subject.refuse("the same insert again", insert(row));
      await subject.expectFound([row], "the row that was there");
    },
  },
  {
    title: "a replacement needs the version that is there",
    async check(subject) {
      const row = makeRow({ version: 3 });
      await subject.land(insert(row));
      for (const expect of [1, 2, 4, 30]) {
        await subject.refuse(`version ${expect} expected of version 3`, { ...replace(row), expect });
      }
      await subject.refuse("a replacement of a row that is not there", replace(makeRow()));
      await subject.expectFound([row], "the row that was there");
      await subject.land(replace(row, { sealed: Uint8Array.of(7) }));
      await subject.expectFound([next(row, { sealed: Uint8Array.of(7) })], "the replaced row");
    },
  },
  {
    title: "a replacement replaces all columns",
    async check(subject) {
      const row = makeRow({ expiresAt: 5, pruneAt: null, terms: makeLabels(3), claims: makeLabels(3) });
      await subject.land(insert(row));
      const other = { ...makeRow({ key: row.key, expiresAt: null, terms: makeLabels(1), claims: makeLabels(1) }), version: 2 };
      await subject.land(replace(row, other));
      await subject.expectFound([other], "the replaced row");
      for (const term of row.terms) expectEqual((await subject.tagged([term])).length, 0, "rows with a term that it had");
      expectEqual((await subject.holders(...row.claims)).length, 0, "rows with a claim that it had");
    },
  },
  {
    title: "a deletion needs the version that is there, and leaves nothing",
    async check(subject) {
      const row = makeRow();
      await subject.land(insert(row));
      await subject.refuse("another version expected", { ...remove(row), expect: 2 });
      await subject.refuse("a deletion of a row that is not there", remove(makeRow()));
      await subject.expectFound([row], "the row that was there");
      await subject.land(remove(row));
      expectEqual((await subject.holders(...row.claims)).length, 0, "rows with its claim");
      expectEqual((await subject.tagged(row.terms)).length, 0, "rows with its term");
      await subject.refuse("a second deletion", remove(row));
      await subject.refuse("a replacement of what was deleted", replace(row));
    },
  },
  {
    title: "the store computes no version: it keeps the one that it is given",
    async check(subject) {
      const row = makeRow({ version: 1 });
      await subject.land(insert(row));
      await subject.land(replace(row, { version: 9 }));
      await subject.refuse("the version that would have come next", { ...remove(row), expect: 2 });
      await subject.expectFound([{ ...row, version: 9 }], "the row");
      const high = { ...row, version: Number.MAX_SAFE_INTEGER };
      await subject.land({ key: row.key, expect: 9, row: high });
      await subject.expectFound([high], "the row at the highest version");
      await subject.refuse("a version beside the highest", { ...remove(high), expect: high.version - 1 });
    },
  },
  {
    title: "a batch lands whole, or not at all, wherever in it the change stands that is refused",
    async check(subject) {
      const [replaced, removed, holder] = [makeRow(), makeRow(), makeRow()];
      await subject.fill([replaced, removed, holder]);
      const fresh = makeRow();
      const good = [insert(fresh), replace(replaced, { claims: makeLabels(2), terms: makeLabels(2) }), remove(removed)];
      /** @type {Record<string, Change>} */
      const bad = {
        "an insert over a row": insert(makeRow({ key: holder.key })),
        "a replacement of an older version": { ...replace(holder), expect: 7 },
        "a deletion of what is not there": remove(makeRow()),
        "a claim that another row holds": insert(makeRow({ claims: holder.claims })),
      };
      for (const [what, change] of Object.entries(bad)) {
        for (let place = 0; place <= good.length; place += 1) {
          await subject.refuse(`${what}, as change ${place}`, ...good.slice(0, place), change, ...good.slice(place));
          await subject.expectFound([replaced, removed, holder], `after ${what}, as change ${place}: the rows`);
          expectRows(await subject.holders(...fresh.claims), [], `after ${what}, as change ${place}: what else the batch inserts`);
        }
      }
      await subject.land(...good);
      await subject.expectFound([fresh, next(replaced, good[1]?.row ?? {})], "the batch without it");
    },
  },
  {
    title: "a batch of a thousand changes, or of as many as `maxWrites` allows",
    async check(subject) {
      const term = makeLabel();
      const rows = Array.from({ length: subject.inOneWrite(1_000, 4) }, () => makeRow({ terms: [term] }));
      await subject.land(...rows.map(insert));
      const after = rows.map((row) => next(row, { claims: makeLabels(1) }));
      await subject.land(...rows.map((row, index) => replace(row, after[index])));
      await subject.expectFound(after, "the rows");
      await subject.refuse("one of them refused", ...after.slice(1).map((row) => replace(row)), { ...remove(rows[0] ?? makeRow()) });
      await subject.expectFound(after, "the rows after a batch that was refused");
      await subject.land(...after.map(remove));
      expectRows(await subject.tagged([term]), [], "rows that are left");
    },
  },
  {
    title: "a read after a write sees it, by claims and by terms",
    async check(subject) {
      let row = makeRow();
      await subject.land(insert(row));
      for (let round = 0; round < 20; round += 1) {
        const after = next(row, { claims: makeLabels(1), terms: makeLabels(1), sealed: Uint8Array.of(round) });
        await subject.land(replace(row, after));
        expectRows(await subject.holders(...after.claims), [after], "by its new claim");
        expectRows(await subject.tagged(after.terms), [after], "by its new term");
        expectEqual((await subject.holders(...row.claims)).length, 0, "rows with its old claim");
        expectEqual((await subject.tagged(row.terms)).length, 0, "rows with its old term");
        row = after;
      }
    },
  },
  {
    title: "a write whose answer was lost can be told by reading back, and does nothing when it is repeated",
    async check(subject) {
      const [kept, gone] = [makeRow(), makeRow()];
      await subject.fill([kept, gone]);
      const fresh = makeRow();
      const batch = [insert(fresh), replace(kept, { sealed: Uint8Array.of(5) }), remove(gone)];
      await subject.land(...batch);
      const after = [fresh, next(kept, { sealed: Uint8Array.of(5) })];
      await subject.expectFound(after, "read back");
      await subject.refuse("the same batch again", ...batch);
      await subject.expectFound(after, "read back again");
    },
  },
];
