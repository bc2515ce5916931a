// @ts-check
// The stores of Cloudflare's Workers, D1 and Durable Objects, inside of workerd: the kit, and bad options.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { VaultError } from "vaultlet";
import { d1Store } from "vaultlet/store/d1";
import { durableObjectStore } from "vaultlet/store/durable-object";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Its declarations need those of a whole Workers project. @type {string} */
const miniflare = "miniflare";

/** @type {{ ready: Promise<unknown>, dispatchFetch(url: string): Promise<{ text(): Promise<string> }>, dispose(): Promise<void> }} */
let worker;

before(async () => {
  const { Miniflare } = await import(miniflare);
  worker = new Miniflare({
    modules: true,
    modulesRoot: root,
    modulesRules: [{ type: "ESModule", include: ["**/*.js"] }],
    scriptPath: `${root}tests/store/engines/worker.js`,
    compatibilityDate: "2026-04-01",
    d1Databases: ["DB"],
    durableObjects: { VAULT: { className: "Vault", useSQLite: true } },
  });
  await worker.ready;
});
after(() => worker?.dispose());

for (const [name, path] of [
  ["a Durable Object", "durable-object"],
  ["D1", "d1"],
]) {
  test(`the kit, on ${name}`, async () => {
    const answer = await worker.dispatchFetch(`http://worker/${path}`);
    const { all, failures } = /** @type {{ all: number, failures: string[] }} */ (JSON.parse(await answer.text()));
    assert.deepEqual(failures, []);
    assert(all > 40, `${all} rules`);
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

test("a bad client, option or name is VL1000, and names the place", () => {
  const database = { prepare: () => {}, batch: () => {} };
  /** @type {[() => unknown, string][]} */
  const mistakes = [
    [() => d1Store(/** @type {any} */ (undefined)), "database"],
    [() => d1Store(/** @type {any} */ ({ prepare: () => {} })), "database"],
    [() => d1Store(/** @type {any} */ (database), /** @type {any} */ ({ tabel: "a" })), "options.tabel"],
    [() => d1Store(/** @type {any} */ (database), { table: "" }), "options.table"],
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
