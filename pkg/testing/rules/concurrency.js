// @ts-check
// Many at once: nothing is lost, nothing is seen by half, and `false` or `true` is the truth.

import { expect, expectEqual, expectRows } from "../expect.js";
import { describe, findOrder } from "../linearizability.js";
import { History } from "../history.js";
import { insert, makeLabel, makeLabels, makeRow, next, replace } from "../rows.js";

/** @import { Row } from "../../index.js" */
/** @import { Subject } from "../subject.js" */
/** @import { Rule } from "./rule.js" */

const CLIENTS = 8;

/** How often one client tries again before something else is wrong. */
const TRIES = 1_000;

/** @param {(client: number) => Promise<void>} work */
const atOnce = (work) => Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)));

/** Lets others go first now and then, or clients would take turns. */
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 2));

/**
 * Reads the row that holds the claim, and writes what becomes of it, until that has landed.
 * @param {Subject} subject
 * @param {string} claim
 * @param {(row: Row) => Partial<Row>} change
 */
async function update(subject, claim, change) {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const [row] = await subject.holders(claim);
    if (row !== undefined && (await subject.write([replace(row, change(row))]))) return;
    await pause();
  }
  throw new Error(`a write was refused ${TRIES} times, though somebody must have been first`);
}

/** @type {Rule[]} */
export const rules = [
  {
    title: "of many writes over one version, one lands: no update is lost",
    async check(subject) {
      const row = makeRow({ sealed: Uint8Array.of(0) });
      await subject.fill([row]);
      const each = 5;
      await atOnce(async () => {
        for (let time = 0; time < each; time += 1) {
          await update(subject, /** @type {string} */ (row.claims[0]), ({ sealed }) => ({
            sealed: sealed.map((count) => count + 1),
          }));
        }
      });
      const all = CLIENTS * each;
      await subject.expectFound([{ ...row, version: 1 + all, sealed: Uint8Array.of(all) }], `after ${all} updates, the row`);
    },
  },
  {
    title: "of many inserts with one claim, one lands",
    async check(subject) {
      for (let round = 0; round < 5; round += 1) {
        const claim = makeLabel();
        const rows = Array.from({ length: CLIENTS }, () => makeRow({ claims: [claim] }));
        const landed = await Promise.all(rows.map((row) => subject.write([insert(row)])));
        const winners = rows.filter((_, index) => landed[index]);
        expect(winners.length <= 1, `${winners.length} inserts with one claim landed`);
        expectRows(await subject.holders(claim), winners, "the row that holds the claim");
      }
    },
  },
  {
    title: "of many inserts with one key, one lands",
    async check(subject) {
      for (let round = 0; round < 5; round += 1) {
        const key = makeLabel();
        const rows = Array.from({ length: CLIENTS }, () => makeRow({ key }));
        const landed = await Promise.all(rows.map((row) => subject.write([insert(row)])));
        const winners = rows.filter((_, index) => landed[index]);
        expect(winners.length <= 1, `${winners.length} inserts with one key landed`);
        expectRows(await subject.holders(...rows.flatMap(({ claims }) => claims)), winners, "the row that has the key");
      }
    },
  },
  {
    title: "batches over the same rows, in opposite orders, neither fail nor stand in each other's way for ever",
    async check(subject) {
      const rows = await subject.fill(Array.from({ length: subject.inOneWrite(6, 3) }, () => makeRow({ sealed: Uint8Array.of(0) })));
      const claims = rows.flatMap((row) => row.claims);
      await atOnce(async (client) => {
        for (let attempt = 0; attempt < TRIES; attempt += 1) {
          const found = await subject.holders(...claims);
          const batch = found.map((row) => replace(row, { sealed: row.sealed.map((count) => count + 1) }));
          batch.sort((one, other) => (one.key < other.key ? -1 : 1) * (client % 2 === 0 ? 1 : -1));
          if (await subject.write(batch)) return;
          await pause();
        }
        throw new Error(`a batch was refused ${TRIES} times, though somebody must have been first`);
      });
      const after = rows.map((row) => ({ ...row, version: 1 + CLIENTS, sealed: Uint8Array.of(CLIENTS) }));
      await subject.expectFound(after, "the rows");
    },
  },
  {
    title: "a claim that moves is found exactly once, and rows written together are read together",
    async check(subject) {
      const [moving, one, other] = /** @type {[string, string, string]} */ (makeLabels(3));
      let rows = await subject.fill([makeRow({ claims: [one, moving] }), makeRow({ claims: [other] })]);
      let done = false;
      const move = async () => {
        for (let round = 0; round < 25; round += 1) {
          const [from, to] = /** @type {[Row, Row]} */ (round % 2 === 0 ? rows : rows.toReversed());
          const own = (/** @type {Row} */ row) => row.claims.filter((claim) => claim !== moving);
          const after = [next(from, { claims: own(from) }), next(to, { claims: [...own(to), moving] })];
          // Nobody else writes: false may only be a busy engine's.
          for (let attempt = 0; !(await subject.write([replace(from, after[0]), replace(to, after[1])])); attempt += 1) {
            expect(attempt < TRIES, "a batch that nothing stands against was refused again and again");
            await pause();
          }
          rows = round % 2 === 0 ? after : after.toReversed();
          await pause();
        }
      };
      const watch = async () => {
        while (!done) {
          expectEqual((await subject.holders(moving)).length, 1, "rows that hold a claim while it moves");
          const versions = (await subject.holders(one, other)).map(({ version }) => version);
          expect(versions.length === 2 && versions[0] === versions[1], `rows written together, read at versions ${versions}`);
          await pause();
        }
      };
      await Promise.all([move().finally(() => (done = true)), watch(), watch(), watch()]);
    },
  },
  {
    title: "histories of concurrent reads and writes are linearizable",
    async check(subject) {
      for (let round = 0; round < 10; round += 1) {
        const history = await History.record(subject, { clients: 4, operations: 12 });
        const order = findOrder(history.operations);
        expect(order.found, `no order explains what was answered.\n${describe(order)}`);
      }
    },
  },
];
