// @ts-check
// The SQLite store with each driver, in the runtime that has it: the kit, and what is SQLite's own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import Database from "libsql";
import { VaultError } from "vaultlet";
import { sqliteStore } from "vaultlet/store/sqlite";

import { insert, makeLabels, makeRow, replace } from "../../pkg/testing/rows.js";
import { countRules, told } from "./every-rule.js";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "vaultlet-sqlite-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const { resolve } = createRequire(import.meta.url);
const node24 = resolve("node-24/bin/node");
const bun = join(resolve("bun/package.json"), "..", "bin", "bun.exe");
const kit = new URL("engines/sqlite-kit.js", import.meta.url).pathname;
const writer = new URL("engines/sqlite-writer.js", import.meta.url).pathname;

for (const [driver, runtime] of [
  ["better-sqlite3", process.execPath],
  ["libsql", process.execPath],
  ["node:sqlite", node24],
  ["bun", bun],
]) {
  test(`the kit, a vault and the suite, on ${driver}`, async (context) => {
    const { stdout } = await run(/** @type {string} */ (runtime), [kit, /** @type {string} */ (driver), folder]);
    const held = JSON.parse(stdout);
    assert.deepEqual(held, countRules());
    context.diagnostic(told(/** @type {string} */ (driver), held));
  });
}

let files = 0;

/** @param {{ table?: string }} [options] */
async function fresh(options) {
  const file = join(folder, `own-${(files += 1)}.db`);
  const database = new Database(file);
  const store = sqliteStore(database, options);
  await store.migrate();
  return { file, database, store };
}

test("several processes on one file lose no update, in either journal, and busy is no error", async () => {
  for (const journal of ["delete", "wal"]) {
    const { file, database, store } = await fresh();
    database.pragma(`journal_mode = ${journal}`);
    const row = makeRow({ sealed: Uint8Array.of(0) });
    assert.equal(store.write([insert(row)]), true);
    const [processes, times] = [4, 20];
    const claim = /** @type {string} */ (row.claims[0]);
    const runs = Array.from({ length: processes }, () => run(process.execPath, [writer, file, claim, String(times)]));
    const refused = (await Promise.all(runs)).reduce((sum, { stdout }) => sum + Number(stdout), 0);
    const [after] = await store.read({ claims: [claim] });
    assert.equal(after?.sealed[0], processes * times);
    assert.equal(after?.version, 1 + processes * times);
    assert(refused > 0, "they never met");
  }
});

/** @param {import("vaultlet/store/sqlite").SqliteDatabase} database */
const synchronousOf = (database) => database.prepare("PRAGMA synchronous").all()[0].synchronous;

test("a connection that would lose what it acknowledged is set to keep it", async () => {
  const { database, store } = await fresh();
  database.pragma("journal_mode = WAL");
  for (const less of ["NORMAL", "OFF"]) {
    database.exec(`PRAGMA synchronous = ${less}`);
    assert.equal(store.write([insert(makeRow())]), true);
    assert.equal(synchronousOf(database), 2);
  }
  database.exec("PRAGMA synchronous = EXTRA");
  assert.equal(store.write([insert(makeRow())]), true);
  assert.equal(synchronousOf(database), 3, "more is left as it is");
});

test("a journal that is off, or a file's in memory, is refused; a database in memory is not", async () => {
  for (const journal of ["OFF", "MEMORY"]) {
    const database = new Database(join(folder, `journal-${journal}.db`));
    database.pragma(`journal_mode = ${journal}`);
    await assert.rejects(sqliteStore(database).migrate(), { code: "VL1000", context: { place: "database" } });
  }
  await sqliteStore(new Database(":memory:")).migrate();
});

test("reads and writes find rows by their indexes: no table is read from end to end", async () => {
  const { database, store } = await fresh({ table: "tokens" });
  /** @type {Set<string>} */
  const asked = new Set();
  const { prepare } = database;
  database.prepare = /** @type {any} */ ((/** @type {string} */ text) => (asked.add(text), prepare.call(database, text)));
  const watched = sqliteStore(database, { table: "tokens" });
  const [one, two, three] = /** @type {[string, string, string]} */ (makeLabels(3));
  const row = makeRow({ terms: [one, two, three], pruneAt: 1 });
  assert.equal(watched.write([insert(row)]), true);
  assert.equal(watched.write([replace(row, { terms: [one, two], claims: makeLabels(2) })]), true);
  for (const state of /** @type {const} */ (["any", "active", "archived"])) {
    await watched.read({ terms: [one], state, now: 1, after: null, limit: 2 });
    await watched.read({ terms: [one, two, three], state, now: 1, after: row.key, limit: 2 });
  }
  await watched.read({ claims: row.claims });
  assert.equal(await watched.prune(5), 1);
  const statements = [...asked].filter((text) => !text.startsWith("PRAGMA"));
  assert(statements.length > 10);
  for (const text of statements) {
    const parameters = Array.from(text.matchAll(/\?/g), () => "1");
    const plan = /** @type {{ detail: string }[]} */ (database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...parameters));
    for (const { detail } of plan) assert.doesNotMatch(detail, /^SCAN (?!json_each)/, text);
  }
  assert.deepEqual(await store.read({ claims: row.claims }), []);
});

test("any name of a table works: capitals, reserved words, quotes, other scripts", async () => {
  for (const table of ["Order", "select", `a "quoted" 'name'; --`, "顧客", "顧".repeat(40), "a.b.c", " ", "x".repeat(200)]) {
    const { store } = await fresh({ table });
    const row = makeRow();
    assert.equal(store.write([insert(row)]), true, table);
    assert.equal((await store.read({ claims: row.claims })).length, 1, table);
  }
});

test("two stores of one database keep apart", async () => {
  const { database, store } = await fresh();
  const other = sqliteStore(database, { table: "other" });
  await other.migrate();
  const row = makeRow();
  assert.equal(store.write([insert(row)]), true);
  assert.deepEqual(await other.read({ claims: row.claims }), []);
  assert.equal(other.write([insert(row)]), true);
});

test("a driver that answers later, or in another way, is refused before anything is made", async () => {
  const statement = { run: () => {}, all: () => statement };
  for (const prepared of [statement, { step: () => true }]) {
    let made = 0;
    const store = sqliteStore(/** @type {any} */ ({ prepare: () => prepared, exec: () => (made += 1) }));
    await assert.rejects(store.migrate(), { code: "VL1000", context: { place: "database" }, message: /better-sqlite3.*at once/ });
    assert.equal(made, 0);
  }
});

test("a bad database, option or name is VL1000, and names the place", () => {
  const database = new Database(":memory:");
  const unaskable = new Proxy({}, { getPrototypeOf: () => assert.fail("the client's own words") });
  /** @type {[unknown, unknown, string][]} */
  const mistakes = [
    [undefined, undefined, "database"],
    [null, {}, "database"],
    ["tokens.db", {}, "database"],
    [{ prepare: () => {} }, {}, "database"],
    [database, { tabel: "tokens" }, "options.tabel"],
    [database, { table: "" }, "options.table"],
    [database, { table: 7 }, "options.table"],
    [database, { table: "sqlite_tokens" }, "options.table"],
    [database, { table: "a\0b" }, "options.table"],
    [database, { table: "half a pair \ud800" }, "options.table"],
    [database, { table: "x".repeat(201) }, "options.table"],
    [unaskable, {}, "database"],
    [database, null, "options"],
  ];
  for (const [given, options, place] of mistakes) {
    assert.throws(
      () => sqliteStore(/** @type {any} */ (given), /** @type {any} */ (options)),
      (error) => error instanceof VaultError && error.code === "VL1000" && error.context.place === place,
      `${place}: ${JSON.stringify(options)}`,
    );
  }
});
