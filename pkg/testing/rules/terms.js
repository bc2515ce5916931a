// @ts-check
// Reads by terms: all of the terms, the state at a moment, in order of the keys, page by page.

import { expect, expectEqual, expectRows } from "../expect.js";
import { everyCharacter, insert, makeLabel, makeLabels, makeRow, next, remove, replace } from "../rows.js";
import { NOW } from "../subject.js";

/** @import { Row } from "../../index.js" */
/** @import { Rule } from "./rule.js" */

/** By key, as `<` compares. @param {Row[]} rows */
const inOrder = (rows) => rows.toSorted((one, other) => (one.key < other.key ? -1 : 1));

/** @type {Rule[]} */
export const rules = [
  {
    title: "a read by terms answers the rows that have all of them",
    async check(subject) {
      const [a, b, c, nobodys] = /** @type {[string, string, string, string]} */ (makeLabels(4));
      const [all, two, one] = [makeRow({ terms: [a, b, c] }), makeRow({ terms: [c, a] }), makeRow({ terms: [a] })];
      await subject.fill([all, two, one, makeRow()]);
      expectRows(await subject.tagged([a]), inOrder([all, two, one]), "one term");
      expectRows(await subject.tagged([a, c]), inOrder([all, two]), "two terms");
      expectRows(await subject.tagged([c, b, a]), [all], "three terms");
      expectRows(await subject.tagged([a, nobodys]), [], "a term that no row has");
    },
  },
  {
    title: "a row is found by all of 64 terms, or of as many as `maxWrites` allows, and a hundred are no error",
    async check(subject) {
      const terms = makeLabels(Math.min(64, (subject.store.maxWrites ?? Infinity) - 2));
      const [all, most] = [makeRow({ terms }), makeRow({ terms: terms.slice(1) })];
      for (const row of [all, most]) await subject.fill([row]);
      expectRows(await subject.tagged(terms), [all], "all terms");
      expectRows(await subject.tagged(terms.slice(1)), inOrder([all, most]), "all but one");
      expectRows(await subject.tagged([...terms, makeLabel()]), [], "all, and a term that no row has");
      expectRows(await subject.tagged([...terms, ...makeLabels(101 - terms.length)]), [], "101 terms");
    },
  },
  {
    title: "a term that a row lost does not find it, and one that it gained does",
    async check(subject) {
      const [kept, lost, gained] = /** @type {[string, string, string]} */ (makeLabels(3));
      const row = makeRow({ terms: [kept, lost] });
      await subject.fill([row]);
      const after = next(row, { terms: [gained, kept] });
      await subject.land(replace(row, after));
      expectRows(await subject.tagged([kept, gained]), [after], "the terms that it has");
      expectRows(await subject.tagged([lost]), [], "the term that it lost");
    },
  },
  {
    title: "rows come in the order of their keys, by code unit",
    async check(subject) {
      const term = makeLabel();
      // By a locale's order `_` and `-` go elsewhere, and `a` stands before `B`.
      const rows = everyCharacter().map((key) => makeRow({ key, terms: [term] }));
      await subject.fill(rows.toReversed());
      expectRows(await subject.tagged([term]), rows, "all of them");
    },
  },
  {
    title: "pages of every size meet each row once, in order, at every boundary",
    async check(subject) {
      const term = makeLabel();
      const rows = inOrder(Array.from({ length: 12 }, () => makeRow({ terms: [term] })));
      await subject.fill([...rows, makeRow()]);
      for (let limit = 1; limit <= rows.length + 1; limit += 1) {
        const met = [];
        for await (const row of subject.pages([term], limit)) met.push(row);
        expectRows(met, rows, `pages of ${limit}`);
      }
      for (const [index, { key }] of rows.entries()) {
        const rest = rows.slice(index + 1);
        expectRows(await subject.tagged([term], { after: key }), rest, "after a key");
        expectRows(await subject.tagged([term], { after: key, limit: 2 }), rest.slice(0, 2), "two after a key");
      }
    },
  },
  {
    title: "a page may begin after a key that is not there, or not any more",
    async check(subject) {
      const term = makeLabel();
      const rows = inOrder(Array.from({ length: 9 }, () => makeRow({ terms: [term] })));
      await subject.fill(rows);
      const [deleted, other] = [/** @type {Row} */ (rows[4]), /** @type {Row} */ (rows[6])];
      await subject.land(remove(deleted), replace(other, { terms: makeLabels(1) }));
      const left = rows.filter((row) => row !== deleted && row !== other);
      for (const after of [deleted.key, other.key, makeLabel(), "-".repeat(21) + "A", "z".repeat(21) + "w"]) {
        expectRows(await subject.tagged([term], { after }), left.filter(({ key }) => key > after), `after ${after}`);
      }
    },
  },
  {
    title: "while others write between the pages, a row that stays is met once",
    async check(subject) {
      const term = makeLabel();
      const rows = inOrder(Array.from({ length: 60 }, () => makeRow({ terms: [term] })));
      await subject.fill(rows);
      // Three that go stand on the first page, and two come: whatever the keys, what follows moves up.
      const stays = rows.filter((_, index) => index % 3 !== 0);
      let comes = rows.filter((_, index) => index % 3 === 0);
      /** @type {string[]} */
      const met = [];
      /** @type {string | null} */
      let after = null;
      for (;;) {
        /** @type {Row[]} */
        const page = await subject.tagged([term], { after, limit: 7 });
        met.push(...page.map(({ key }) => key));
        const last = page.at(-1);
        if (last === undefined || page.length < 7) break;
        expect(after === null || last.key > after, `a page after the key ${after} ends with ${last.key}, and must begin behind it`);
        after = last.key;
        const fresh = Array.from({ length: 2 }, () => makeRow({ terms: [term] }));
        for (const row of comes.splice(0, 3)) await subject.land(remove(row));
        await subject.fill(fresh);
        comes = [...comes, ...fresh];
      }
      expectEqual(new Set(met).size, met.length, `different rows among the ${met.length} of all pages`);
      const keys = new Set(stays.map(({ key }) => key));
      expectEqual(met.filter((key) => keys.has(key)), [...keys], "the rows that stay");
    },
  },
  {
    title: "active is without an expiry, or with a later one than `now`, to the millisecond; archived is the rest",
    async check(subject) {
      const term = makeLabel();
      const of = (/** @type {number | null} */ expiresAt) => makeRow({ terms: [term], expiresAt });
      const [never, later, now, before] = [of(null), of(NOW + 1), of(NOW), of(NOW - 1)];
      await subject.fill([never, later, now, before]);
      expectRows(await subject.tagged([term], { state: "active" }), inOrder([never, later]), `active at ${NOW}`);
      expectRows(await subject.tagged([term], { state: "archived" }), inOrder([now, before]), `archived at ${NOW}`);
      expectRows(await subject.tagged([term]), inOrder([never, later, now, before]), "any");
      for (const moved of [NOW - 2, NOW - 1, NOW, NOW + 1, NOW + 2, 0, 8_640_000_000_000_000]) {
        const isArchived = (/** @type {Row} */ { expiresAt }) => expiresAt !== null && expiresAt <= moved;
        const archived = [never, later, now, before].filter(isArchived);
        expectRows(await subject.tagged([term], { state: "archived", now: moved }), inOrder(archived), `archived at ${moved}`);
      }
    },
  },
  {
    title: "what the state leaves out does not count towards the limit",
    async check(subject) {
      const term = makeLabel();
      const rows = inOrder(Array.from({ length: 30 }, () => makeRow({ terms: [term] })));
      rows.forEach((row, index) => (row.expiresAt = index % 3 === 0 ? NOW + 1 : NOW));
      await subject.fill(rows);
      const active = rows.filter((_, index) => index % 3 === 0);
      expectRows(await subject.tagged([term], { state: "active", limit: 4 }), active.slice(0, 4), `the first four that are active at ${NOW}`);
      const met = [];
      for await (const row of subject.pages([term], 3, { state: "active" })) met.push(row);
      expectRows(met, active, "all active ones, in pages of three");
    },
  },
  {
    title: "a claim of a deleted row, and its terms, find nothing on a page",
    async check(subject) {
      const term = makeLabel();
      const rows = inOrder(Array.from({ length: 6 }, () => makeRow({ terms: [term] })));
      await subject.fill(rows);
      await subject.land(remove(/** @type {Row} */ (rows[0])), remove(/** @type {Row} */ (rows[5])));
      expectRows(await subject.tagged([term], { limit: 5 }), rows.slice(1, 5), "the rows that are left");
      await subject.land(insert(makeRow()));
    },
  },
];
