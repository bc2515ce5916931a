// @ts-check
// The store on SQLite, in the process that uses it. Types and documentation: `sqlite.d.ts`.

import { isArray } from "../built-ins.js";
import { badConfiguration } from "../error.js";
import { asksForTooMany } from "./queries.js";
import { NAME, OTHERS, findOthers, makeChanges, migration, namesOf, pruneRows, readStatement, toRow } from "./sqlite-schema.js";
import { hasMethods, markOf, optionsOf } from "./store-options.js";

/** @import { Change, Query, Row } from "../index.js" */
/** @import { SqliteDatabase } from "./sqlite.js" */

/** `PRAGMA synchronous`: from here on a commit is on the disk before it is answered. */
const FULL = 2;

const DRIVERS = "must be one of `better-sqlite3`, `node:sqlite`, Bun or `libsql`";

/** How long a read, or a prune, that finds the database busy is repeated, and after what time, in milliseconds. */
const PATIENCE = 10_000;
const PAUSE = 5;

/** @type {typeof import("./sqlite.js").sqliteStore} */
export function sqliteStore(database, options = {}) {
  const { table = "vaultlet" } = optionsOf(options, "table");
  const names = namesOf(table);
  if (names === undefined) throw badConfiguration("options.table", NAME);
  if (!hasMethods(database, "prepare", "exec")) {
    throw badConfiguration("database", DRIVERS);
  }
  return new SqliteStore(database, names);
}

class SqliteStore {
  #database;
  #names;
  /** @type {Map<string, ReturnType<SqliteDatabase["prepare"]>>} */
  #statements = new Map();

  /** @param {SqliteDatabase} database @param {import("./sqlite-schema.js").Names} names */
  constructor(database, names) {
    this.#database = database;
    this.#names = names;
  }

  async migrate() {
    await this.#patiently(() => this.#migrate());
  }

  #migrate() {
    const statement = this.#database.prepare("PRAGMA journal_mode");
    // `sqlite3` answers later, and the statements of `sql.js` have other methods.
    const answer = hasMethods(statement, "all", "run") ? statement.all() : undefined;
    if (!isArray(answer)) throw badConfiguration("database", `${DRIVERS}: another's statements do not answer rows at once`);
    const [{ journal_mode: journal }] = answer;
    const isFile = this.#ask("PRAGMA database_list").some(({ name, file }) => name === "main" && file);
    if (journal === "off" || (journal === "memory" && isFile)) {
      throw badConfiguration("database", `must not have \`journal_mode = ${journal}\`: a batch could land by half`);
    }
    this.#transact(() => {
      const [text, parameters] = findOthers(this.#names);
      if (this.#ask(text, ...parameters).length > 0) throw badConfiguration("options.table", OTHERS);
      migration(this.#names).forEach((text) => this.#ask(text));
    });
  }

  /** @param {Query} query @returns {Row[] | Promise<Row[]>} */
  read(query) {
    if (asksForTooMany(query)) return [];
    const [text, parameters] = readStatement(this.#names, query);
    return this.#patiently(() => this.#ask(text, ...parameters).map(toRow));
  }

  /** @param {Change[]} changes @returns {boolean} */
  write(changes) {
    try {
      this.#insistOnDurability();
      return this.#transact(() => makeChanges(this.#names, changes, this.#ask));
    } catch (error) {
      // Another connection writes; nothing of this batch has happened.
      if (isBusy(error)) return false;
      throw error;
    }
  }

  /** @param {number} now @returns {Promise<number>} */
  async prune(now) {
    return this.#patiently(() => this.#transact(() => pruneRows(this.#names, now, this.#ask)));
  }

  /** @param {string} text @param {any[]} parameters @returns {any[]} */
  #ask = (text, ...parameters) => {
    let statement = this.#statements.get(text);
    if (statement === undefined) this.#statements.set(text, (statement = this.#database.prepare(text)));
    // Some drivers have another method for what answers no rows. A table may have any name, `RETURNING` included.
    return /^(SELECT|PRAGMA)|RETURNING 1$/.test(text) ? statement.all(...parameters) : (statement.run(...parameters), []);
  };

  /**
   * All of it or nothing: where it throws, or answers false, it is taken back.
   * @template T
   * @param {() => T} work
   * @returns {T}
   */
  #transact(work) {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const done = work();
      this.#database.exec(done === false ? "ROLLBACK" : "COMMIT");
      return done;
    } catch (error) {
      // Where SQLite took it back by itself, there is nothing to take back.
      try {
        this.#database.exec("ROLLBACK");
      } catch {}
      throw error;
    }
  }

  /** The setting is the connection's, and some drivers begin with less: a commit that the power takes away again. */
  #insistOnDurability() {
    const [{ synchronous }] = this.#ask("PRAGMA synchronous");
    if (Number(synchronous) < FULL) this.#database.exec("PRAGMA synchronous = FULL");
  }

  /**
   * Answers at once, unless another connection keeps the database busy.
   * @template T
   * @param {() => T} work
   * @returns {T | Promise<T>}
   */
  #patiently(work) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      return this.#repeat(work);
    }
  }

  /** @template T @param {() => T} work @returns {Promise<T>} */
  async #repeat(work) {
    for (let waited = 0; ; waited += PAUSE) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || waited >= PATIENCE) throw error;
      }
    }
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED, as each driver says it. @param {unknown} error */
function isBusy(error) {
  const code = markOf(error, "code");
  if (typeof code === "string" && /^SQLITE_(BUSY|LOCKED)/.test(code)) return true;
  return ["errcode", "errno"].some((name) => [5, 6].includes(Number(markOf(error, name)) & 0xff));
}
