// @ts-check
// Every rule on SQLite in a runtime of its own: `RUNTIME sqlite-kit.js DRIVER FOLDER`. Prints what failed, and how many
// hold.

import { join } from "node:path";

import { sqliteStore } from "vaultlet/store/sqlite";

import { runEveryRule } from "../every-rule.js";

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

const { held, failures } = await runEveryRule(driver, make);
for (const failure of failures) console.error(failure);
console.log(JSON.stringify(held));
process.exitCode = failures.length === 0 ? 0 : 1;
