// @ts-check
// Records what several clients ask of a store at once, and what they are answered.

import { insert, makeLabels, makeRow, remove, replace } from "./rows.js";
import { NOW } from "./subject.js";

/** @import { Change, Query, Row } from "../index.js" */
/** @import { Operation } from "./linearizability.js" */
/** @import { Subject } from "./subject.js" */

/** Few enough to meet: keys of rows, claims, and terms. */
const KEYS = 4;
const CLAIMS = 4;
const TERMS = 2;

export class History {
  /** @type {Operation[]} */
  operations = [];
  #subject;
  #moment = 0;
  /** Keys in play; one that was deleted is never used again. */
  #keys = makeLabels(KEYS);
  #claims = makeLabels(CLAIMS);
  #terms = makeLabels(TERMS);
  /** What each write seals, so that no two rows are alike. */
  #mark = 0;

  /** @param {Subject} subject */
  constructor(subject) {
    this.#subject = subject;
  }

  /**
   * @param {Subject} subject
   * @param {{ clients: number, operations: number }} size operations of each client
   */
  static async record(subject, { clients, operations }) {
    const history = new History(subject);
    await Promise.all(Array.from({ length: clients }, (_, client) => history.#run(client, operations)));
    return history;
  }

  /**
   * @param {number} client
   * @param {number} operations
   */
  async #run(client, operations) {
    /** What this client saw last, by key. @type {Map<string, Row>} */
    const seen = new Map();
    for (let count = 0; count < operations; count += 1) {
      if (Math.random() < 0.3) await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
      if (Math.random() < 0.5) await this.#read(client, seen);
      else await this.#write(client, seen);
    }
  }

  /** @param {number} client @param {Map<string, Row>} seen */
  async #read(client, seen) {
    const byClaims = Math.random() < 0.5;
    const asked = some(byClaims ? this.#claims : this.#terms);
    /** @type {Query} */
    const query = byClaims ? { claims: asked } : { terms: asked, state: "any", now: NOW, after: null, limit: KEYS };
    const started = (this.#moment += 1);
    const rows = await this.#subject.read(query);
    this.#note(client, started, { read: query, rows });
    for (const row of rows) seen.set(row.key, row);
  }

  /** @param {number} client @param {Map<string, Row>} seen */
  async #write(client, seen) {
    const batch = some(this.#keys).map((key) => this.#change(key, seen.get(key)));
    const started = (this.#moment += 1);
    /** @type {boolean | "unknown"} */
    let landed;
    try {
      landed = await this.#subject.write(batch);
    } catch {
      // The contract allows it where the outcome is unknown: the rows will tell.
      landed = "unknown";
    }
    this.#note(client, started, { write: batch, landed });
    for (const { key, row } of batch) {
      // What was seen may be old: it is seen anew before it is written over.
      if (landed === true && row !== null) seen.set(key, row);
      else seen.delete(key);
      if (landed !== false && row === null) this.#keys = this.#keys.map((used) => (used === key ? makeLabels(1)[0] ?? key : used));
    }
  }

  /**
   * @param {string} key
   * @param {Row | undefined} seen
   * @returns {Change}
   */
  #change(key, seen) {
    this.#mark += 1;
    const columns = {
      claims: Math.random() < 0.7 ? some(this.#claims).slice(0, 2) : [],
      terms: some(this.#terms),
      sealed: Uint8Array.of(this.#mark, this.#mark >> 8),
    };
    if (seen === undefined) return insert(makeRow({ key, ...columns }));
    return Math.random() < 0.2 ? remove(seen) : replace(seen, columns);
  }

  /**
   * @param {number} client
   * @param {number} asked
   * @param {Operation["what"]} what
   */
  #note(client, asked, what) {
    const unknown = "write" in what && what.landed === "unknown";
    const answered = (this.#moment += 1);
    this.operations.push({ client, asked, answered: unknown ? Infinity : answered, what });
  }
}

/** One or more of them, in any order. @param {string[]} all */
function some(all) {
  const shuffled = all.toSorted(() => Math.random() - 0.5);
  return shuffled.slice(0, 1 + Math.floor(Math.random() * all.length));
}
