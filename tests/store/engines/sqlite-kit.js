// @ts-check
// The kit, and a vault, on SQLite in a runtime of its own: `RUNTIME sqlite-kit.js DRIVER FOLDER`. Prints what failed, and
// a count.

import { join } from "node:path";

import { sqliteStore } from "vaultlet/store/sqlite";
import { testStore } from "vaultlet/testing";

import { testVaultOn } from "../vault-on-store.js";

/** @import { SqliteDatabase } from "vaultlet/store/sqlite" */

const [driver = "", folder = ""] = process.argv.slice(2);

/** By driver: opens a file. Imported by name, for none is there in every runtime. @type {Record<string, string[]>} */
const drivers = {
  "better-sqlite3": ["better-sqlite3", "default"],
  "node:sqlite": ["node:sqlite", "DatabaseSync"],
  bun: ["bun:sqlite", "Database"],
  libsql: ["libsql", "default"],
};

const [module = "", name = ""] = drivers[driver] ?? [];
const Database = (await import(module))[name];

let files = 0;

async function make() {
  /** @type {SqliteDatabase & { close(): void }} */
  const database = new Database(join(folder, `${driver.replace(":", "-")}-${(files += 1)}.db`));
  // Half of them as servers have them.
  if (files % 2 === 0) database.prepare("PRAGMA journal_mode = WAL").all();
  const store = sqliteStore(database);
  await store.migrate();
  return { store, close: () => database.close() };
}

/** @type {[title: string, check: () => Promise<void>][]} */
const tests = [];
const test = (/** @type {string} */ title, /** @type {() => Promise<void>} */ check) => void tests.push([title, check]);
testStore({ name: driver, make, test });
testVaultOn({ name: driver, make, test });

let failures = 0;
for (const [title, check] of tests) {
  await check().catch((error) => {
    failures += 1;
    console.error(`${title}: ${error instanceof Error ? error.stack : error}`);
  });
}
console.log(`${tests.length - failures} of ${tests.length} rules hold`);
process.exitCode = failures === 0 ? 0 : 1;
