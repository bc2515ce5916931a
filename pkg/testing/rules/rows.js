// @ts-check
// What goes in comes out: every column, byte for byte, of small rows, large rows, and many.

import { expect, expectEqual, expectRows, expectSameRows } from "../expect.js";
import { everyCharacter, insert, makeLabel, makeLabels, makeRow, next, replace } from "../rows.js";
import { NOW } from "../subject.js";

/** @import { Rule } from "./rule.js" */

const MEGABYTE = 1 << 20;

/** More than this a test does not send. */
const LARGEST = 16 * MEGABYTE;

/** Terms that a row has at most, and claims. */
const MOST_LABELS = 64;

/** The latest time of a `Date`: more than 32 bits, and more digits than some engines keep of a float. */
const LATEST = 8_640_000_000_000_000;

/** @type {Rule[]} */
export const rules = [
  {
    title: "a row comes back as it was written",
    async check(subject) {
      const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const rows = [
        makeRow(),
        makeRow({ sealed: everyByte, expiresAt: NOW + 1, pruneAt: LATEST }),
        makeRow({ sealed: new Uint8Array(0), expiresAt: LATEST }),
        makeRow({ expiresAt: 0, terms: makeLabels(10), claims: makeLabels(10) }),
        makeRow({ version: 1 }),
      ];
      await subject.fill(rows);
      await subject.expectFound(rows, "rows by their claims");
      for (const row of rows) expectRows(await subject.tagged(row.terms.slice(0, 1)), [row], "a row by a term");
    },
  },
  {
    title: "a row may have no terms, no claims, or neither",
    async check(subject) {
      const [unclaimed, untagged] = [makeRow({ claims: [] }), makeRow({ terms: [] })];
      await subject.fill([unclaimed, untagged, makeRow({ terms: [], claims: [] })]);
      expectRows(await subject.tagged(unclaimed.terms), [unclaimed], "a row without claims, by its term");
      expectRows(await subject.holders(...untagged.claims), [untagged], "a row without terms, by its claim");
    },
  },
  {
    title: "keys, terms and claims may have every legal character, and case matters",
    async check(subject) {
      const labels = everyCharacter();
      const swapped = labels.map((label) =>
        label.replace(/[a-z]/gi, (letter) => (letter < "a" ? letter.toLowerCase() : letter.toUpperCase())),
      );
      // The last character has to stay legal: what differs in case alone differs before it.
      const others = swapped.map((label, place) => label.slice(0, -1) + (labels[place] ?? "").slice(-1));
      const of = (/** @type {string} */ label) => makeRow({ key: label, terms: [label], claims: [label] });
      const [first, second] = [labels.map(of), others.filter((label) => !labels.includes(label)).map(of)];
      const rows = [...first, ...second];
      await subject.fill(first);
      await subject.fill(second);
      await subject.expectFound(rows, "rows by claims of every character");
      for (const row of rows.slice(0, 20)) expectRows(await subject.tagged(row.terms), [row], "a row by such a term");
    },
  },
  {
    title: "terms and claims are sets: a row with both in another order is found alike",
    async check(subject) {
      const [terms, claims] = [makeLabels(6), makeLabels(6)];
      const row = makeRow({ terms, claims });
      await subject.fill([row]);
      const reordered = next(row, { terms: terms.toReversed(), claims: claims.toReversed() });
      await subject.land(replace(row, reordered));
      expectRows(await subject.holders(...claims), [reordered], "by all claims");
      expectRows(await subject.tagged(terms.toSorted()), [reordered], "by all terms");
    },
  },
  {
    title: "a label may be a key, a term and a claim at once, of different rows",
    async check(subject) {
      const label = makeLabel();
      const [keyed, tagged, held] = [makeRow({ key: label }), makeRow({ terms: [label] }), makeRow({ claims: [label] })];
      await subject.fill([keyed, tagged, held]);
      expectRows(await subject.holders(label), [held], "by the label as a claim");
      expectRows(await subject.tagged([label]), [tagged], "by the label as a term");
    },
  },
  {
    title: "what was handed in, or out, may change without the store's noticing",
    async check(subject) {
      const row = makeRow({ sealed: Uint8Array.of(1, 2, 3) });
      const written = { ...row, terms: [...row.terms], claims: [...row.claims], sealed: row.sealed.slice() };
      await subject.land(insert(written));
      const spoil = (/** @type {typeof row} */ handed) => {
        handed.version = 99;
        handed.terms.push(makeLabel());
        handed.claims.length = 0;
        handed.sealed.fill(0);
      };
      spoil(written);
      for (const handed of [...(await subject.holders(...row.claims)), ...(await subject.tagged(row.terms))]) spoil(handed);
      expectRows(await subject.holders(...row.claims), [row], "by claims, after all that was handed in and out was changed");
      expectRows(await subject.tagged(row.terms), [row], "by terms, after all that was handed in and out was changed");
    },
  },
  {
    title: "the bytes handed in may be a view of a larger buffer",
    async check(subject) {
      const row = makeRow({ sealed: Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4) });
      await subject.fill([row]);
      expectRows(await subject.holders(...row.claims), [row], "the row");
    },
  },
  {
    title: "rows of a megabyte, or of as much as `maxRowBytes` says",
    async check(subject) {
      const size = subject.inOneRow(MEGABYTE);
      const sealed = Uint8Array.from({ length: size }, (_, place) => place * 31 + (place >> 8));
      const rows = [makeRow({ sealed }), makeRow({ sealed: sealed.toReversed() })];
      await subject.fill(rows.slice(0, 1));
      await subject.fill(rows.slice(1));
      await subject.expectFound(rows, "large rows");
    },
  },
  {
    title: "`maxWrites` and `maxRowBytes`, where there are any, are whole numbers from 1, and hold",
    async check(subject) {
      const { maxWrites, maxRowBytes } = subject.store;
      for (const [name, limit] of Object.entries({ maxWrites, maxRowBytes })) {
        expect(limit === undefined || (Number.isSafeInteger(limit) && limit > 0), `\`${name}\` must be a whole number from 1`);
      }
      if (maxRowBytes !== undefined && maxRowBytes <= LARGEST) {
        // Beside the bytes stand the terms and claims: as many as a row may have, and a write may touch.
        const labels = Math.min(MOST_LABELS, subject.inOneWrite(2 * MOST_LABELS + 1, 1) - 1 >> 1);
        const row = makeRow({ sealed: new Uint8Array(maxRowBytes).fill(255), terms: makeLabels(labels), claims: makeLabels(labels) });
        await subject.land(insert(row));
        await subject.expectFound([row], "a row of `maxRowBytes`");
      }
      if (maxWrites === undefined) return;
      // A write counts the key of each row, and every term and claim that it has before or after.
      const rows = Array.from({ length: Math.min(subject.inOneWrite(Infinity, 3), 5_000) }, () => makeRow());
      await subject.land(...rows.map(insert));
      await subject.expectFound(rows, "as many rows as `maxWrites` allows in one write");
    },
  },
  {
    title: "ten thousand rows",
    async check(subject) {
      const [term, other] = [makeLabel(), makeLabel()];
      const rows = Array.from({ length: 10_000 }, (_, index) =>
        makeRow({ terms: index % 100 === 0 ? [term, other] : [term], sealed: Uint8Array.of(index, index >> 8) }),
      );
      await subject.fill(rows);
      /** @type {Map<string, import("../../index.js").Row>} */
      const found = new Map();
      for await (const row of subject.pages([term], 1_000)) found.set(row.key, row);
      expectEqual(found.size, rows.length, "rows met while paging");
      expectSameRows(Array.from(found.values()), rows, "rows met while paging");
      const rare = rows.filter((_, index) => index % 100 === 0);
      expectSameRows(await subject.tagged([term, other]), rare, "rows with a second, rarer term");
    },
  },
];
