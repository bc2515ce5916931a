// @ts-check
// The stores that `--store` can name. The engine's client is whatever the user has installed, beside this package or in
// the folder where the command runs.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { memoryStore } from "../store/memory.js";
import { postgresStore } from "../store/postgres.js";
import { sqliteStore } from "../store/sqlite.js";
import { NO_CODE, Refusal, codeOf, told } from "./refusal.js";

/** @import { Store } from "../index.js" */
/** @import { SqliteDatabase } from "../store/sqlite.js" */

/**
 * @typedef {object} OpenStore
 * @property {Store & { prune(now: number): number | Promise<number> }} store
 * @property {string} shown what it is, without secrets
 * @property {() => void | Promise<void>} close
 */

/** How long a connection may take to come about, in milliseconds. */
const CONNECT = 10_000;

/** A password with one of them cuts the address where nobody looks for it. */
const ENCODED = "for `@ / ? # %` in a password write %40 %2F %3F %23 %25";

/** What the codes mean that a wrong address or a wrong right has. @type {Record<string, string>} */
const POSTGRES_SAYS = {
  ECONNREFUSED: "nobody listens at that host and port",
  ENOTFOUND: `no host has that name; ${ENCODED}`,
  ERR_INVALID_URL: `it is no address; ${ENCODED}`,
  "28000": "that user may not connect",
  "28P01": "the password is wrong",
  "3D000": "there is no such database",
  "42501": "that user may not make the tables, or use them: docs/stores/postgres.md",
  "53300": "it has no connection left",
  // The driver gives no code to silence, to another protocol, to a password that is missing, or to TLS that is not there.
  [NO_CODE]: "no answer, or none that fits: is that PostgreSQL, with this password, and with TLS if the address asks for it?",
};

/** @type {Record<string, string>} */
const SQLITE_SAYS = {
  SQLITE_BUSY: "another program holds it",
  SQLITE_CANTOPEN: "it cannot be opened, or made, by this user",
  SQLITE_NOTADB: "it is no SQLite database",
  SQLITE_READONLY: "this user may not write it",
};

/** The file of `sqlite:FILE`. @param {string} url */
function sqliteFileOf(url) {
  const file = /^sqlite:(?!\/\/[^/])(.+)$/s.exec(url)?.[1];
  return file === ":memory:" ? undefined : file;
}

const isPostgres = (/** @type {string} */ url) => /^postgres(ql)?:\/\//.test(url);

/**
 * Refuses what names no store, before anything else is asked of whoever names it.
 * @param {string} url
 * @param {string} option that names it
 */
export function checkStore(url, option) {
  if (url === "memory" || sqliteFileOf(url) !== undefined || isPostgres(url)) return;
  throw new Refusal(`\`${option}\` must be memory, sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE`, "usage");
}

/**
 * Opens the store, and prepares it where that has not been done.
 * @param {string} url
 * @param {string} option that names it
 * @param {(code: string) => void} onTrouble is told the code of what befalls a connection that nobody uses
 * @returns {Promise<OpenStore>}
 */
export async function openStore(url, option, onTrouble) {
  checkStore(url, option);
  if (url === "memory") return { store: memoryStore(), shown: "in memory, gone when this ends", close() {} };
  const file = sqliteFileOf(url);
  try {
    return await (file === undefined ? openPostgres(url, onTrouble) : openSqlite(file));
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(`\`${option}\` ${error.message}`) : error;
  }
}

/** @param {string} file @returns {Promise<OpenStore>} */
async function openSqlite(file) {
  // A driver says so in words alone.
  if (!existsSync(dirname(file))) throw new Refusal(`there is no folder for the SQLite file: ${file}`);
  /** @type {(SqliteDatabase & { close(): void }) | undefined} */
  let database;
  const Database = sqliteDriver();
  try {
    database = privately(() => new Database(file));
    const store = sqliteStore(database);
    await store.migrate();
    return { store, shown: `SQLite, ${file}`, close: () => database?.close() };
  } catch (error) {
    database?.close();
    const code = codeOf(error);
    if (code === "VL1000") throw new Refusal(`the SQLite file cannot be used (${/** @type {Error} */ (error).message}): ${file}`);
    if (code === "ERR_DLOPEN_FAILED") throw new Refusal("`better-sqlite3` was built for another Node: npm rebuild better-sqlite3");
    throw new Refusal(`the SQLite file cannot be used (${told(code, SQLITE_SAYS)}): ${file}`);
  }
}

/**
 * Whatever file it makes is for its owner alone. (SQLite gives those beside it the same mode.) One that is there stays as it
 * is, for its owner may have let others read it, as a backup's user.
 * @template T @param {() => T} make @returns {T}
 */
function privately(make) {
  const usual = process.umask(0o077);
  try {
    return make();
  } finally {
    process.umask(usual);
  }
}

/** @returns {new (file: string) => SqliteDatabase & { close(): void }} */
function sqliteDriver() {
  // What was installed was chosen; Node's own comes with Node 22.13 and later.
  const driver = installed("better-sqlite3");
  if (driver !== undefined) return driver;
  /** @type {any} */
  const own = process.getBuiltinModule?.("node:sqlite");
  if (own !== undefined) return own.DatabaseSync;
  // Version 13 does not run on the Node that gets here.
  throw missing("better-sqlite3", "better-sqlite3@12");
}

/** @param {string} url @param {(code: string) => void} onTrouble @returns {Promise<OpenStore>} */
async function openPostgres(url, onTrouble) {
  /** @type {typeof import("pg") | undefined} */
  const pg = installed("pg");
  if (pg === undefined) throw missing("pg", "pg");
  /** @type {import("pg").Pool | undefined} */
  let pool;
  try {
    const shown = placeOf(url);
    const opened = new pg.Pool({ connectionString: url, connectionTimeoutMillis: CONNECT, application_name: "vaultlet" });
    pool = opened;
    // Without it, a server that restarts would end this process.
    opened.on("error", (error) => onTrouble(codeOf(error)));
    const store = postgresStore(opened);
    await store.migrate();
    return { store, shown: `PostgreSQL, ${shown}`, close: () => opened.end() };
  } catch (error) {
    await pool?.end();
    // The vault's own words say what is wrong with the server; a driver's may hold anything.
    const { code, message } = /** @type {{ code?: unknown, message?: unknown }} */ (error);
    throw new Refusal(`PostgreSQL cannot be used (${code === "VL1000" ? message : told(codeOf(error), POSTGRES_SAYS)})`);
  }
}

/** Host and database, without who connects. @param {string} url */
function placeOf(url) {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/**
 * A package that the user may have; undefined if not.
 * @param {string} name
 * @returns {any}
 */
function installed(name) {
  for (const place of [import.meta.url, join(process.cwd(), "package.json")]) {
    const require = createRequire(place);
    try {
      require.resolve(name);
    } catch {
      continue;
    }
    try {
      return require(name);
    } catch (error) {
      throw new Refusal(`the package \`${name}\` is installed and cannot be loaded (${codeOf(error)})`);
    }
  }
  return undefined;
}

/** @type {(name: string, install: string) => Refusal} */
const missing = (name, install) =>
  new Refusal(`needs the package \`${name}\`, which is not installed: npm install ${install}`);
