// @ts-check
// The SQLite store with each driver, in the runtime that has it: the kit, and what is SQLite's own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import Database from "libsql";
import { VaultError, generateKeys, openVault } from "vaultlet";
import { sqliteStore } from "vaultlet/store/sqlite";

import { insert, makeLabels, makeRow, replace } from "../../pkg/testing/rows.js";
import { countRules, told } from "./every-rule.js";
import { live, oddNames, overlapping, wordsOf } from "./odd-names.js";

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
    // All have read what each of them is about to write over.
    await Promise.race([Promise.all(runs.map(({ child }) => once(/** @type {any} */ (child.stdout), "data"))), Promise.all(runs)]);
    for (const { child } of runs) child.stdin?.write("go");
    const refused = (await Promise.all(runs)).reduce((sum, { stdout }) => sum + Number(stdout.replace("read", "")), 0);
    const [after] = await store.read({ claims: [claim] });
    assert.equal(after?.sealed[0], processes * times);
    assert.equal(after?.version, 1 + processes * times);
    assert(refused >= processes - 1, "they never met");
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
    for (const { detail } of plan) assert.doesNotMatch(detail, /^SCAN (?!temp\.json_each)/, text);
  }
  assert.deepEqual(await store.read({ claims: row.claims }), []);
});

/** SQLite's own list of its words. */
const KEYWORDS = `ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN BETWEEN BY
CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME
CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT
EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF
IGNORE IMMEDIATE IN INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE LIMIT
MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA
PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT
ROLLBACK ROW ROWS SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER UNBOUNDED UNION UNIQUE UPDATE
USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT`.split(/\s+/);

test("any name of a table works: words of SQLite and of the store's own statements, quotes, other scripts", async () => {
  const own = wordsOf("sqlite-schema.js", "sqlite.js").filter((word) => !/^sqlite(_|$)/i.test(word));
  assert(own.includes("excluded") && own.includes("tbl_name"), own.join());
  for (const table of [...KEYWORDS, ...own, ...oddNames]) {
    const database = new Database(":memory:");
    const store = sqliteStore(database, { table });
    await store.migrate();
    await live(store, table);
    await store.migrate();
    database.close();
  }
});

test("a store of another name is in nobody's way, whatever the name", async () => {
  const database = new Database(":memory:");
  const store = sqliteStore(database);
  await store.migrate();
  for (const table of ["json_each", "json_extract", "pragma_table_info", "excluded"]) {
    const other = sqliteStore(database, { table });
    await other.migrate();
    await live(other, table);
    await live(store, `vaultlet beside ${table}`);
    await store.migrate();
  }
});

test("a name that something else has, a table or an index of another store, is VL1000 at `migrate()`", async () => {
  for (const tables of overlapping) {
    const database = new Database(":memory:");
    const [first, second] = tables.map((table) => sqliteStore(database, { table }));
    await first?.migrate();
    await assert.rejects(second?.migrate() ?? Promise.resolve(), { code: "VL1000", context: { place: "options.table" } }, tables.join());
    if (first !== undefined) await live(first, tables.join());
  }
  const database = new Database(":memory:");
  database.exec("CREATE TABLE People (name TEXT); CREATE VIEW seen AS SELECT * FROM people");
  for (const table of ["people", "seen"]) await assert.rejects(sqliteStore(database, { table }).migrate(), { code: "VL1000" }, table);
});

test("a row that somebody altered is answered as it is, without an error of the engine's, and the vault refuses it", async () => {
  const { database, store } = await fresh();
  const row = makeRow();
  store.write([insert(row)]);
  const about = { collection: "c", reason: "Maintenance" };
  const vault = await openVault({
    keys: generateKeys(),
    collections: { c: { properties: { name: { type: "NAME" } } } },
    store: { read: () => store.read({ claims: row.claims }) },
    policy: () => ({ allow: true }),
  });
  /** @type {[string, unknown, keyof typeof row, unknown][]} */
  const alterations = [
    ["version", "x", "version", "x"],
    ["version", 1.5, "version", 1.5],
    ["terms", Buffer.of(0), "terms", undefined],
    ["claims", Buffer.of(0), "claims", undefined],
    ["expires_at", "x", "expiresAt", "x"],
    ["prune_at", Buffer.of(1), "pruneAt", undefined],
    ["sealed", 2_000_000_000, "sealed", 2_000_000_000],
    ["sealed", "text", "sealed", "text"],
  ];
  for (const [column, value, name, answered] of alterations) {
    database.prepare(`UPDATE vaultlet SET ${column} = ?`).run([value]);
    const [found] = await store.read({ claims: row.claims });
    if (answered !== undefined) assert.equal(found?.[name], answered, column);
    const refused = vault.as("x").tokens.detokenize({ ...about, tokenIds: ["a"] });
    await assert.rejects(refused, (/** @type {VaultError} */ error) => {
      assert.match(error.code, /^(PV1000|VL5001)$/, column);
      assert.equal(error.cause, undefined, `${column}: ${error.message}`);
      return true;
    });
    const columns = { version: row.version, terms: row.terms.join(), claims: row.claims.join(), expires_at: null, prune_at: null, sealed: row.sealed };
    for (const [column, value] of Object.entries(columns)) database.prepare(`UPDATE vaultlet SET ${column} = ?`).run([value]);
  }
  assert.deepEqual(await store.read({ claims: row.claims }), [row]);
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
    [database, { table: "SQLite" }, "options.table"],
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
