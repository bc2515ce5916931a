// @ts-check
// One process of a scale run. It fills a vault, or repeats one small piece of work for a while: through the vault, or the
// same statements without it.

import { randomBytes, randomUUID } from "node:crypto";

import pg from "pg";
import { postgresStore } from "vaultlet/store/postgres";

import { callWrite, namesOf, readByClaims } from "../../pkg/store/postgres-schema.js";
import { insert, makeRow } from "../../pkg/testing/rows.js";
import { BATCH, about, holding, openScaleVault, tagOf } from "./scale-vault.js";

/**
 * @typedef {{ url: string, keys: any } & (
 *   | { work: "fill", batches: number[] }
 *   | { work: "vault" | "statements", millis: number, tokenIds: string[] })} Order
 */

process.once("message", (order) => {
  run(/** @type {Order} */ (order)).then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(1));

/** @param {Order} order */
async function run(order) {
  const pool = new pg.Pool({ connectionString: order.url, max: 4 });
  if (order.work === "fill") await fill(pool, order);
  else if (order.work === "vault") await repeat(order.millis, await throughVault(pool, order));
  else await repeat(order.millis, await byStatements(pool, order.tokenIds.length));
  await pool.end();
}

/** @param {pg.Pool} pool @param {Extract<Order, { work: "fill" }>} order */
async function fill(pool, { keys, batches }) {
  const { tokens } = await openScaleVault(postgresStore(pool), keys);
  for (const batch of batches) {
    const requestBody = Array.from({ length: BATCH }, () => ({
      type: /** @type {const} */ ("randomized"),
      object: holding(),
      tags: [tagOf(batch)],
    }));
    const made = await tokens.tokenize({ ...about, requestBody });
    process.send?.({ made: made.length, tokenIds: made.slice(0, 100).map(({ token_id }) => token_id) });
  }
}

/** An update by ID: one read and one write of one row. @param {pg.Pool} pool @param {Extract<Order, { millis: number }>} order */
async function throughVault(pool, { keys, tokenIds }) {
  const { tokens } = await openScaleVault(postgresStore(pool), keys);
  return async (/** @type {number} */ lane) => {
    // Of each lane its own tokens: nobody has to try again.
    const own = tokenIds.filter((_, index) => index % LANES === lane);
    const id = own[Math.floor(Math.random() * own.length)] ?? "";
    await tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { tags: [`tag ${randomUUID()}`] } });
  };
}

/** The same two statements over rows of the same form. @param {pg.Pool} pool @param {number} count */
async function byStatements(pool, count) {
  const rows = Array.from({ length: count }, () => makeRow({ sealed: randomBytes(SEALED_BYTES) }));
  await postgresStore(pool).write(rows.map(insert));
  const names = namesOf("vaultlet");
  if (names === undefined) throw new Error("no names");
  const [read, write] = [readByClaims(names), callWrite(names)];
  return async (/** @type {number} */ lane) => {
    const own = rows.filter((_, index) => index % LANES === lane);
    const row = own[Math.floor(Math.random() * own.length)];
    if (row === undefined) throw new Error("no rows");
    await pool.query(read, [row.claims.join()]);
    const expected = JSON.stringify([{ key: row.key, version: row.version }]);
    row.version += 1;
    const { key, version, claims } = row;
    const sealed = `\\x${Buffer.from(row.sealed).toString("hex")}`;
    row.terms = [makeRow().key, ...row.terms.slice(1)];
    const written = JSON.stringify([{ key, version, terms: row.terms, claims, expires_at: null, prune_at: null, sealed }]);
    const { rows: answers } = await pool.query(write, [expected, written]);
    if (answers[0].landed !== true) throw new Error("a write did not land");
  };
}

/** About what a token of the fill has. */
const SEALED_BYTES = 420;

/** Calls of a process that are under way at once. */
const LANES = 4;

/** @param {number} millis @param {(lane: number) => Promise<void>} work */
async function repeat(millis, work) {
  for (let lane = 0; lane < LANES; lane += 1) await work(lane);
  process.send?.("ready");
  await new Promise((resolve) => process.once("message", resolve));
  const end = performance.now() + millis;
  let done = 0;
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (; performance.now() < end; done += 1) await work(lane);
    }),
  );
  process.send?.({ done });
}
