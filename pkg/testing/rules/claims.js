// @ts-check
// Claims: what a row alone may hold. They move within a batch, and are free when they were let go.

import { expectEqual, expectRows, expectSameRows } from "../expect.js";
import { insert, makeLabel, makeLabels, makeRow, next, remove, replace } from "../rows.js";

/** @import { Rule } from "./rule.js" */

/** @type {Rule[]} */
export const rules = [
  {
    title: "a read by claims answers each row that holds any of them, once",
    async check(subject) {
      const [x, y, z, nobodys] = /** @type {[string, string, string, string]} */ (makeLabels(4));
      const [two, one, other] = [makeRow({ claims: [x, y] }), makeRow({ claims: [z] }), makeRow()];
      await subject.fill([two, one, other]);
      expectSameRows(await subject.holders(x, y), [two], "a row that holds both");
      expectSameRows(await subject.holders(z, nobodys, y), [one, two], "two rows");
      expectSameRows(await subject.holders(nobodys), [], "a claim that nobody holds");
    },
  },
  {
    title: "a read by no claims answers nothing",
    async check(subject) {
      await subject.fill([makeRow(), makeRow({ claims: [] })]);
      expectRows(await subject.holders(), [], "no claims");
    },
  },
  {
    title: "thousands of claims can be asked for at once",
    async check(subject) {
      const rows = await subject.fill(Array.from({ length: 2_000 }, () => makeRow()));
      const asked = rows.flatMap(({ claims }) => [...claims, makeLabel()]);
      expectSameRows(await subject.holders(...asked, ...makeLabels(5_000)), rows, "rows of 9,000 claims");
    },
  },
  {
    title: "a claim that a row outside the batch holds refuses the batch",
    async check(subject) {
      const [holder, other] = [makeRow(), makeRow()];
      await subject.fill([holder, other]);
      await subject.refuse("an insert with a claim that another row holds", insert(makeRow({ claims: holder.claims })));
      await subject.refuse("a replacement with a claim that another row holds", replace(other, { claims: [...other.claims, ...holder.claims] }));
      await subject.expectFound([holder, other], "the rows");
    },
  },
  {
    title: "no two rows of a batch may hold one claim after it",
    async check(subject) {
      const [claim, holder] = [makeLabel(), makeRow()];
      await subject.fill([holder]);
      await subject.refuse("two inserts with one claim", insert(makeRow({ claims: [claim] })), insert(makeRow({ claims: [claim] })));
      for (const batch of [
        [replace(holder), insert(makeRow({ claims: holder.claims }))],
        [insert(makeRow({ claims: holder.claims })), replace(holder)],
      ]) {
        await subject.refuse("a claim that its holder keeps in the batch", ...batch);
      }
      expectRows(await subject.holders(claim), [], "rows with the claim");
      await subject.expectFound([holder], "the holder");
    },
  },
  {
    title: "a claim moves from row to row within a batch, whatever the order of the changes",
    async check(subject) {
      for (const order of ["first let go", "first taken"]) {
        const claim = makeLabel();
        const from = makeRow({ claims: [claim] });
        await subject.fill([from]);
        const to = makeRow({ claims: [claim] });
        const move = [replace(from, { claims: [] }), insert(to)];
        await subject.land(...(order === "first taken" ? move.toReversed() : move));
        expectRows(await subject.holders(claim), [to], `moved to a new row, ${order}`);

        const last = makeRow({ claims: [] });
        await subject.fill([last]);
        const after = next(last, { claims: [claim] });
        const handOver = [remove(to), replace(last, after)];
        await subject.land(...(order === "first taken" ? handOver.toReversed() : handOver));
        expectRows(await subject.holders(claim), [after], `moved from a deleted row, ${order}`);
      }
    },
  },
  {
    title: "rows exchange their claims in one batch",
    async check(subject) {
      // A ring: each takes what the one before it has.
      const rows = await subject.fill(Array.from({ length: subject.inOneWrite(10, 5) }, () => makeRow()));
      const after = rows.map((row, index) => next(row, { claims: rows.at(index - 1)?.claims ?? [] }));
      await subject.land(...rows.map((row, index) => replace(row, after[index])));
      await subject.expectFound(after, "the rows");
    },
  },
  {
    title: "a claim that was let go, or whose row was deleted, is free",
    async check(subject) {
      const [replaced, deleted] = [makeRow(), makeRow()];
      await subject.fill([replaced, deleted]);
      const after = next(replaced, { claims: makeLabels(1) });
      await subject.land(replace(replaced, after), remove(deleted));
      const takers = [makeRow({ claims: replaced.claims }), makeRow({ claims: deleted.claims })];
      await subject.fill(takers);
      await subject.expectFound([after, ...takers], "the rows");
    },
  },
  {
    title: "a row keeps its claims when it is replaced, and gains others",
    async check(subject) {
      const row = makeRow({ claims: makeLabels(2) });
      await subject.fill([row]);
      const after = next(row, { claims: [...row.claims.slice(1), makeLabel()] });
      await subject.land(replace(row, after));
      await subject.expectFound([after], "the row");
      expectEqual((await subject.holders(...row.claims.slice(0, 1))).length, 0, "rows with the claim that it let go");
      await subject.refuse("an insert with a claim that another row has kept", insert(makeRow({ claims: row.claims.slice(1) })));
    },
  },
];
