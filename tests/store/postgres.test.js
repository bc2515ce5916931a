// @ts-check
// The PostgreSQL store on a real server with both clients, and on PGlite: the kit, and what is PostgreSQL's own.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import pg from "pg";
import postgres from "postgres";
import { VaultError } from "vaultlet";
import { postgresStore } from "vaultlet/store/postgres";
import { testStore } from "vaultlet/testing";

import { insert, makeLabels, makeRow, remove, replace } from "../../pkg/testing/rows.js";
import { openPglite } from "./engines/pglite.js";
import { startPostgres } from "./engines/postgres.js";
import { live, oddNames, overlapping, wordsOf } from "./odd-names.js";
import { testVaultOn } from "./vault-on-store.js";

/** @type {import("./engines/postgres.js").Server} */
let server;
/** @type {pg.Pool} */
let pool;
/** @type {postgres.Sql} */
let sql;

before(async () => {
  server = await startPostgres();
  pool = new pg.Pool({ connectionString: server.url, max: 10 });
  sql = postgres(server.url, { max: 10, fetch_types: false, onnotice: () => {} });
});
after(async () => {
  await Promise.all([pool?.end(), sql?.end()]);
  await server?.stop();
});

let tables = 0;

/** @param {import("vaultlet/store/postgres").PostgresClient} client */
async function fresh(client) {
  const store = postgresStore(client, { table: `Order ${(tables += 1)}` });
  await store.migrate();
  return { store };
}

testStore({ name: "pg", make: () => fresh(pool), test });
testStore({ name: "postgres.js", make: () => fresh(sql), test });
testVaultOn({ name: "pg", make: () => fresh(pool), test });
testVaultOn({ name: "postgres.js", make: () => fresh(sql), test });

describe("PGlite", () => {
  /** @type {Awaited<ReturnType<typeof openPglite>>} */
  let database;
  before(async () => void (database = await openPglite()));
  after(() => database?.close());
  testStore({ name: "PGlite", make: () => fresh(database), test });
  testVaultOn({ name: "PGlite", make: () => fresh(database), test });
});

describe("what is PostgreSQL's own", () => {
  test("reads, writes and pruning find rows by their indexes: no table is read from end to end", async () => {
    const table = `Order ${(tables += 1)}`;
    const store = postgresStore(pool, { table });
    await store.migrate();
    const [term, rare] = makeLabels(2);
    const rows = Array.from({ length: 20_000 }, (_, index) =>
      makeRow({ terms: index % 500 === 0 ? [term, rare] : [term], pruneAt: index % 1_000 === 0 ? index : null }),
    );
    for (let start = 0; start < rows.length; start += 1_000) {
      assert.equal(await store.write(rows.slice(start, start + 1_000).map(insert)), true);
    }
    await pool.query(`ANALYZE "${table}", "${table}_terms", "${table}_claims"`);
    const scans = async () => {
      const { rows } = await pool.query(
        `SELECT sum(seq_scan)::int AS scans, sum(seq_tup_read)::float8 AS read FROM pg_stat_user_tables WHERE relname LIKE $1`,
        [`${table}%`],
      );
      return rows[0];
    };
    // One connection, which tells its counts when it ends.
    const alone = new pg.Client({ connectionString: server.url });
    await alone.connect();
    await pool.query("SELECT pg_sleep(1.1)");
    const before = await scans();
    const own = postgresStore(alone, { table });
    // From the middle of the keys, which are drawn: whatever row stood first might be the last of them.
    const middle = rows.map(({ key }) => key).sort()[rows.length / 2] ?? null;
    const query = { state: /** @type {const} */ ("active"), now: 1, after: middle, limit: 100 };
    assert.equal((await own.read({ claims: rows.slice(0, 100).flatMap(({ claims }) => claims) })).length, 100);
    assert.equal((await own.read({ ...query, terms: [term] })).length, 100);
    assert((await own.read({ ...query, terms: [term, rare] })).length > 0);
    assert((await own.read({ ...query, terms: [rare, term] })).length > 0);
    assert.equal((await own.read({ ...query, terms: [term, rare, ...makeLabels(10)] })).length, 0);
    assert.equal(await own.write(rows.slice(100, 200).map((row) => replace(row, { claims: makeLabels(1) }))), true);
    assert.equal(await own.write(rows.slice(200, 210).map(remove)), true);
    assert.equal(await own.write([insert(makeRow())]), true);
    assert.equal(await own.prune(10_000), 10);
    await alone.end();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(await scans(), before);
  });

  test("who may not make the tables may find them made, as this version makes them, and use them", async () => {
    const table = `Order ${(tables += 1)}`;
    const names = ["", "_terms", "_claims"].map((end) => `"${table}${end}"`).join();
    await postgresStore(pool, { table }).migrate();
    await pool.query("CREATE ROLE app LOGIN PASSWORD 'app'");
    const url = new URL(server.url);
    [url.username, url.password] = ["app", "app"];
    const client = new pg.Pool({ connectionString: url.href, max: 2 });
    after(() => client.end());
    const store = postgresStore(client, { table });
    const forbidden = { code: "42501" };
    await assert.rejects(store.migrate(), forbidden);
    await pool.query(`GRANT SELECT, INSERT, UPDATE ON ${names} TO app`);
    await assert.rejects(store.migrate(), forbidden);
    await pool.query(`GRANT DELETE ON ${names} TO app`);
    await store.migrate();
    const row = makeRow();
    assert.equal(await store.write([insert(row)]), true);
    assert.equal(await store.write([remove(row)]), true);
    assert.equal(await store.prune(1), 0);

    await assert.rejects(postgresStore(client, { table: "another" }).migrate(), forbidden);
    await pool.query(`REVOKE EXECUTE ON FUNCTION "${table}_prune" FROM PUBLIC`);
    await assert.rejects(store.migrate(), forbidden);
    await pool.query(`GRANT EXECUTE ON FUNCTION "${table}_prune" TO app`);
    await store.migrate();
    // As an earlier version may have made it.
    await pool.query(`CREATE OR REPLACE FUNCTION "${table}_prune"(before bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'`);
    await assert.rejects(store.migrate(), forbidden);
    await postgresStore(pool, { table }).migrate();
    await store.migrate();
    await pool.query(`DROP INDEX "${table}_prune"`);
    await assert.rejects(store.migrate(), forbidden);
  });

  test("every read and write is one statement, whatever the number of rows", async () => {
    const { store } = await fresh(pool);
    let statements = 0;
    const counting = postgresStore(
      { query: (text, values) => ((statements += 1), pool.query(text, values)) },
      { table: `Order ${tables}` },
    );
    const rows = Array.from({ length: 300 }, () => makeRow());
    assert.equal(await counting.write(rows.map(insert)), true);
    assert.equal(await counting.write(rows.map((row) => replace(row))), true);
    assert.equal((await counting.read({ claims: rows.flatMap(({ claims }) => claims) })).length, 300);
    assert.equal(statements, 3);
    assert.equal((await store.read({ claims: [] })).length, 0);
  });

  test("several processes may migrate at once, and again", async () => {
    for (let round = 0; round < 5; round += 1) {
      tables += 1;
      await Promise.all(Array.from({ length: 8 }, () => postgresStore(pool, { table: `Order ${tables}` }).migrate()));
    }
    await postgresStore(sql, { table: `Order ${tables}` }).migrate();
  });

  test("any name of a table works: words of PostgreSQL and of the store's own statements, quotes, other scripts, a schema", async () => {
    await pool.query(`CREATE SCHEMA names`);
    await pool.query(`CREATE SCHEMA "My ""schema"`);
    const { rows } = await pool.query("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')");
    const own = wordsOf("postgres-schema.js").filter((word) => /^(?!pg_|(?:no|tokens)$)[a-z_]+$/.test(word));
    assert(own.includes("before") && own.includes("no_terms") && rows.length > 90);
    const tables = new Set([...own, ...oddNames, ...rows.map(({ word }) => word), 'My "schema.Tokens', "顧客の表", "$write$"]);
    // In a schema of their own, as the search path has it.
    const alone = new pg.Pool({ connectionString: server.url, max: 4, options: "-c search_path=names" });
    const left = [...tables];
    const work = async () => {
      for (let table = left.pop(); table !== undefined; table = left.pop()) {
        const store = postgresStore(alone, { table });
        await assert.doesNotReject(store.migrate(), table);
        await live(store, table);
      }
    };
    try {
      await Promise.all([work(), work(), work(), work()]);
    } finally {
      await alone.end();
    }
  });

  test("a name that something else has, a table or an index of another store, or one of the engine's, is VL1000 at `migrate()`", async () => {
    for (const [index, tables] of overlapping.entries()) {
      await pool.query(`CREATE SCHEMA overlap${index}`);
      const [first, second] = tables.map((table) => postgresStore(pool, { table: `overlap${index}.${table}` }));
      await first?.migrate();
      await assert.rejects(second?.migrate() ?? Promise.resolve(), { code: "VL1000", context: { place: "options.table" } }, tables.join());
      if (first !== undefined) await live(first, tables.join());
    }
    await pool.query(`CREATE TABLE people (name text); CREATE VIEW seen AS SELECT * FROM people`);
    for (const table of ["people", "seen", "pg_class"]) {
      await assert.rejects(postgresStore(pool, { table }).migrate(), { code: "VL1000", context: { place: "options.table" } }, table);
    }
    assert.equal((await pool.query("SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = 'pg_class'")).rowCount, 0);
    const store = postgresStore(pool, { table: "public.pg_class" });
    await store.migrate();
    await live(store, "public.pg_class");
    await pool.query("DROP TABLE public.pg_class");
  });

  test("64 terms are asked for, and a hundred are answered without asking", async () => {
    const { store } = await fresh(pool);
    const terms = makeLabels(64);
    const row = makeRow({ terms });
    assert.equal(await store.write([insert(row), insert(makeRow({ terms: terms.slice(1) }))]), true);
    const query = { state: /** @type {const} */ ("any"), now: 0, after: null, limit: 10 };
    assert.deepEqual((await store.read({ ...query, terms })).map(({ key }) => key), [row.key]);
    const silent = postgresStore({ query: () => Promise.reject(new Error("asked")) });
    assert.deepEqual(await silent.read({ ...query, terms: makeLabels(100) }), []);
  });

  test("a bad client, option or name is VL1000, and names the place", () => {
    /** @type {[unknown, unknown, string][]} */
    const mistakes = [
      [undefined, undefined, "client"],
      [null, {}, "client"],
      [{}, {}, "client"],
      ["postgres://localhost", {}, "client"],
      [pool, { tabel: "tokens" }, "options.tabel"],
      [pool, { table: "" }, "options.table"],
      [pool, { table: 7 }, "options.table"],
      [pool, { table: "a.b.c" }, "options.table"],
      [pool, { table: ".a" }, "options.table"],
      [pool, { table: "x".repeat(57) }, "options.table"],
      [pool, { table: "a\0b" }, "options.table"],
      [pool, { table: "half a pair \ud800" }, "options.table"],
      [pool, { table: `${"x".repeat(64)}.tokens` }, "options.table"],
      [pool, { table: "é".repeat(41) }, "options.table"],
      [pool, null, "options"],
      [pool, "tokens", "options"],
    ];
    for (const [client, options, place] of mistakes) {
      assert.throws(
        () => postgresStore(/** @type {any} */ (client), /** @type {any} */ (options)),
        (error) => error instanceof VaultError && error.code === "VL1000" && error.context.place === place,
        `${place}: ${JSON.stringify(options)}`,
      );
    }
  });

  test("a server that loses what it acknowledged is refused", async () => {
    await pool.query("ALTER ROLE postgres IN DATABASE vaults SET synchronous_commit = off");
    const relaxed = new pg.Pool({ connectionString: server.url, max: 1 });
    try {
      await assert.rejects(postgresStore(relaxed).migrate(), { code: "VL1000", message: /synchronous_commit/ });
    } finally {
      await relaxed.end();
      await pool.query("ALTER ROLE postgres IN DATABASE vaults RESET synchronous_commit");
    }
  });

  test("a schema that is not there is the engine's own error", async () => {
    await assert.rejects(postgresStore(pool, { table: "nowhere.tokens" }).migrate(), { code: "3F000" });
  });

  for (const isolation of ["repeatable read", "serializable"]) {
    const make = async () => {
      const strict = new pg.Pool({ connectionString: server.url, max: 8, options: `-c default_transaction_isolation=${isolation.replace(" ", "\\ ")}` });
      return { ...(await fresh(strict)), close: () => strict.end() };
    };
    // What a database's default isolation may be: conflicts come out as errors there, and must not.
    testStore({ name: `pg, ${isolation}`, make, test: (title, check) => /at once|many|linearizable|orders|moves/.test(title) && test(title, check) });
  }
});
