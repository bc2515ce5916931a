// @ts-check
// The store in a Durable Object's own SQLite. Types and documentation: `durable-object.d.ts`.

import { providedBy } from "../built-ins.js";
import { badConfiguration } from "../error.js";
import { asksForTooMany } from "./queries.js";
import { findOthers, makeChanges, migration, namesOf, pruneRows, readStatement, toRow } from "./sqlite-schema.js";
import { hasMethods } from "./store-options.js";

/** @import { Change, Query, Row } from "../index.js" */
/** @import { DurableObjectStorage } from "./durable-object.js" */

/** What takes a transaction back that may not be made. */
class Refused extends Error {}

/** @type {typeof import("./durable-object.js").durableObjectStore} */
export function durableObjectStore(storage) {
  if (!hasMethods(storage, "transactionSync") || !hasMethods(providedBy(storage, "sql"), "exec")) {
    throw badConfiguration("storage", "must be `ctx.storage` of a Durable Object that has SQLite");
  }
  return new DurableObjectStore(storage);
}

class DurableObjectStore {
  /** A value of the object's SQLite may have 2 MB, and a row as well; its other columns take some of it. */
  maxRowBytes = 1_900_000;
  #storage;
  #names = /** @type {import("./sqlite-schema.js").Names} */ (namesOf("vaultlet"));

  /** @param {DurableObjectStorage} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  async migrate() {
    this.#storage.transactionSync(() => {
      const [text, parameters] = findOthers(this.#names);
      if (this.#ask(text, ...parameters).length > 0) throw badConfiguration("storage", "must have no tables of others that begin with `vaultlet`");
      migration(this.#names).forEach((text) => this.#ask(text));
    });
  }

  /** @param {Query} query @returns {Row[]} */
  read(query) {
    if (asksForTooMany(query)) return [];
    const [text, parameters] = readStatement(this.#names, query);
    return this.#ask(text, ...parameters).map(toRow);
  }

  /** @param {Change[]} changes @returns {boolean} */
  write(changes) {
    try {
      this.#storage.transactionSync(() => {
        if (!makeChanges(this.#names, changes, this.#ask)) throw new Refused();
      });
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  }

  /** @param {number} now @returns {Promise<number>} */
  async prune(now) {
    return this.#storage.transactionSync(() => pruneRows(this.#names, now, this.#ask));
  }

  /** @param {string} text @param {any[]} parameters @returns {any[]} */
  #ask = (text, ...parameters) => this.#storage.sql.exec(text, ...parameters).toArray();
}
