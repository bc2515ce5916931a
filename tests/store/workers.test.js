// @ts-check
// The stores of Cloudflare's Workers, D1 and Durable Objects, inside of workerd: the kit, a vault, the suite, and bad options.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import Database from "libsql";
import { VaultError } from "vaultlet";
import { d1Store } from "vaultlet/store/d1";
import { durableObjectStore } from "vaultlet/store/durable-object";

import { insert, makeLabels, makeRow, remove, replace } from "../../pkg/testing/rows.js";
import { countRules, told } from "./every-rule.js";
import { live, oddNames, overlapping, wordsOf } from "./odd-names.js";

const fileOf = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/** Its declarations need those of a whole Workers project. @type {string} */
const miniflare = "miniflare";

/** @type {{ ready: Promise<unknown>, dispatchFetch(url: string): Promise<{ text(): Promise<string> }>, getD1Database(name: string): Promise<import("vaultlet/store/d1").D1Database>, dispose(): Promise<void> }} */
let worker;

before(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileOf("engines/worker.js")],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    plugins: [
      {
        name: "the wasm is a module of its own",
        setup: ({ onResolve }) => onResolve({ filter: /\.wasm$/ }, () => ({ path: "./vaultlet.wasm", external: true })),
      },
    ],
  });
  const { Miniflare } = await import(miniflare);
  worker = new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.js", contents: String(outputFiles[0]?.text) },
      { type: "CompiledWasm", path: "vaultlet.wasm", contents: readFileSync(fileOf("../../pkg/wasm/vaultlet_bg.wasm")) },
    ],
    compatibilityDate: "2026-04-01",
    d1Databases: ["DB"],
    durableObjects: { VAULT: { className: "Vault", useSQLite: true } },
  });
  await worker.ready;
});
after(() => worker?.dispose());

for (const [name, path] of /** @type {const} */ ([
  ["a Durable Object", "durable-object"],
  ["D1", "d1"],
])) {
  test(`the kit, a vault and the suite, on ${name}`, async (context) => {
    const answer = await worker.dispatchFetch(`http://worker/${path}`);
    const { held, failures } = JSON.parse(await answer.text());
    assert.deepEqual(failures, []);
    assert.deepEqual(held, countRules());
    context.diagnostic(told(name, held));
  });
}

test("D1: every read is one statement, and every write one batch, however many rows", async () => {
  let roundTrips = 0;
  /** @type {any} */
  const statement = { bind: () => statement, all: async () => ((roundTrips += 1), { results: [] }) };
  const store = d1Store({ prepare: () => statement, batch: async () => ((roundTrips += 1), [{ results: [{}] }]) });
  const row = { key: "k", version: 1, terms: ["t"], claims: ["c"], expiresAt: null, pruneAt: null, sealed: new Uint8Array(9) };
  const changes = Array.from({ length: 500 }, (_, index) => ({ key: `${index}`, expect: null, row: { ...row, key: `${index}`, claims: [`${index}`] } }));
  assert.equal(await store.write(changes), true);
  await store.read({ claims: ["c"] });
  await store.read({ terms: ["t"], state: "any", now: 0, after: null, limit: 10 });
  await store.prune(5);
  assert.equal(roundTrips, 4);
});

test("D1: ten thousand rows of five terms are written at once, a table may be called `json_each`, and another's name is VL1000", async () => {
  const database = await worker.getD1Database("DB");
  const store = d1Store(database, { table: "json_each" });
  await store.migrate();
  await live(store, "json_each");
  const rows = Array.from({ length: 10_000 }, () => makeRow({ terms: makeLabels(5) }));
  assert.equal(await store.write(rows.map(insert)), true);
  assert.equal(await store.write([...rows.slice(1).map((row) => replace(row)), insert(rows[0] ?? makeRow())]), false);
  assert.equal(await store.write(rows.map(remove)), true);
  await assert.rejects(d1Store(database, { table: "json_each_guard" }).migrate(), { code: "VL1000", context: { place: "options.table" } });
});

/** D1's statements on an SQLite of this process, where a call takes microseconds. */
function d1OnSqlite() {
  const database = new Database(":memory:");
  /** @type {Set<string>} */
  const asked = new Set();
  /** @type {(text: string, parameters?: unknown[]) => any} */
  const prepare = (text, parameters = []) => ({
    bind: (/** @type {unknown[]} */ ...values) => prepare(text, values),
    run() {
      asked.add(text);
      const statement = database.prepare(text);
      return { results: /^SELECT|RETURNING 1$/.test(text) ? statement.all(parameters) : (statement.run(parameters), []) };
    },
    async all() {
      return this.run();
    },
  });
  const batch = async (/** @type {any[]} */ statements) => database.transaction(() => statements.map((statement) => statement.run()))();
  return { database, asked, d1: { prepare, batch } };
}

test("D1: any name of a table works, and one that another store has is VL1000", async () => {
  for (const table of [...wordsOf("d1-schema.js", "d1.js"), ...oddNames].filter((name) => !/^(sqlite(_|$)|_cf_)/i.test(name))) {
    const store = d1Store(d1OnSqlite().d1, { table });
    await store.migrate();
    await live(store, table);
  }
  for (const tables of [...overlapping, ["x", "x_guard"], ["x_guard", "x"]]) {
    const { d1 } = d1OnSqlite();
    const [first, second] = tables.map((table) => d1Store(d1, { table }));
    await first?.migrate();
    await assert.rejects(second?.migrate() ?? Promise.resolve(), { code: "VL1000", context: { place: "options.table" } }, tables.join());
  }
});

test("D1: no table is read from end to end", async () => {
  const { database, asked, d1 } = d1OnSqlite();
  const store = d1Store(d1, { table: "tokens" });
  await store.migrate();
  asked.clear();
  await live(store, "tokens");
  for (const text of asked) {
    const plan = /** @type {{ detail: string }[]} */ (database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...Array.from({ length: new Set(text.match(/\?\d*/g)).size }, () => "[]")));
    for (const { detail } of plan) assert.doesNotMatch(detail, /^SCAN (r|c|g|o|held|tokens)\b/, text);
  }
});

test("a bad client, option or name is VL1000, and names the place", () => {
  const database = { prepare: () => {}, batch: () => {} };
  /** @type {[() => unknown, string][]} */
  const mistakes = [
    [() => d1Store(/** @type {any} */ (undefined)), "database"],
    [() => d1Store(/** @type {any} */ ({ prepare: () => {} })), "database"],
    [() => d1Store(/** @type {any} */ (database), /** @type {any} */ ({ tabel: "a" })), "options.tabel"],
    [() => d1Store(/** @type {any} */ (database), { table: "" }), "options.table"],
    [() => d1Store(/** @type {any} */ (database), { table: "_cf_tokens" }), "options.table"],
    [() => d1Store(/** @type {any} */ (database), { table: "sqlite_tokens" }), "options.table"],
    [() => d1Store(/** @type {any} */ (database), { table: "a\0b" }), "options.table"],
    [() => d1Store(/** @type {any} */ (database), /** @type {any} */ (null)), "options"],
    [() => durableObjectStore(/** @type {any} */ (undefined)), "storage"],
    [() => durableObjectStore(/** @type {any} */ ({ sql: {} })), "storage"],
    [() => durableObjectStore(/** @type {any} */ ({ sql: { exec: () => {} } })), "storage"],
  ];
  for (const [make, place] of mistakes) {
    assert.throws(
      make,
      (error) => error instanceof VaultError && error.code === "VL1000" && error.context.place === place,
      place,
    );
  }
});
