// @ts-check
// Whether a history of concurrent reads and writes has an order that explains it: the search of Wing and Gong (1993),
// with the memory of Lowe (2017): what was tried from one state, with the same operations behind it, is not tried again.

import { textOf } from "./expect.js";

/** @import { Change, Query, Row } from "../index.js" */

/**
 * One operation of one client. The moments order what did not overlap: one that was answered before another was asked
 * comes before it. An operation whose outcome nobody knows may take effect at any later time, or never.
 * @typedef {object} Operation
 * @property {number} client
 * @property {number} asked
 * @property {number} answered Infinity where the outcome is unknown
 * @property {{ read: Query, rows: Row[] } | { write: Change[], landed: boolean | "unknown" }} what
 */

/**
 * The rows of the store, by key; never changed, so that what a search remembers stays true.
 * @typedef {ReadonlyMap<string, Row>} State
 */

/**
 * @typedef {object} Order
 * @property {boolean} found
 * @property {Operation[]} longest the longest order that explains what it holds
 * @property {Row[]} rows what the store holds after it
 * @property {Operation[]} left what it could not go on with
 */

/**
 * @param {Operation[]} history
 * @returns {Order}
 */
export function findOrder(history) {
  // A write that answered false has no effect, at whatever moment: an engine that is busy may answer it, too.
  const operations = history.filter(({ what }) => !("write" in what) || what.landed !== false);
  /** @type {Set<string>} */
  const tried = new Set();
  /** @type {Operation[]} */
  let longest = [];
  /** @type {State} */
  let reached = new Map();

  /** @type {(left: Operation[], state: State, order: Operation[]) => boolean} */
  const search = (left, state, order) => {
    if (order.length > longest.length) [longest, reached] = [order, state];
    if (left.every(({ answered }) => answered === Infinity)) return true;
    const memory = `${left.map(({ asked }) => asked).join()} ${textOfState(state)}`;
    if (tried.has(memory)) return false;
    tried.add(memory);
    const firstAnswer = Math.min(...left.map(({ answered }) => answered));
    for (const operation of left) {
      if (operation.asked > firstAnswer) continue;
      const after = apply(state, operation);
      const others = left.filter((other) => other !== operation);
      if (after !== undefined && search(others, after, [...order, operation])) return true;
    }
    return false;
  };

  const found = search(operations, new Map(), []);
  const left = operations.filter((operation) => !longest.includes(operation));
  return { found, longest, rows: Array.from(reached.values()), left };
}

/**
 * The state after the operation, if it can have happened in this one.
 * @param {State} state
 * @param {Operation} operation
 * @returns {State | undefined}
 */
function apply(state, { what }) {
  if ("write" in what) return write(state, what.write);
  const answered = what.rows.map(textOf);
  const expected = read(state, what.read).map(textOf);
  // Rows found by claims come in any order.
  if ("claims" in what.read) [answered, expected].forEach((texts) => texts.sort());
  return answered.join() === expected.join() ? state : undefined;
}

/** @type {(state: State, query: Query) => Row[]} */
function read(state, query) {
  const rows = Array.from(state.values());
  if ("claims" in query) return rows.filter(({ claims }) => claims.some((claim) => query.claims.includes(claim)));
  const { terms, state: wanted, now, after, limit } = query;
  const answers = rows.filter(({ key, terms: held, expiresAt }) => {
    const archived = expiresAt !== null && expiresAt <= now;
    const inState = wanted === "any" || archived === (wanted === "archived");
    return inState && (after === null || key > after) && terms.every((term) => held.includes(term));
  });
  return answers.sort((one, other) => (one.key < other.key ? -1 : 1)).slice(0, limit);
}

/** @type {(state: State, changes: Change[]) => State | undefined} */
function write(state, changes) {
  const after = new Map(state);
  for (const { key, expect, row } of changes) {
    if ((state.get(key)?.version ?? null) !== expect) return undefined;
    if (row === null) after.delete(key);
    else after.set(key, row);
  }
  const claims = Array.from(after.values()).flatMap((row) => row.claims);
  return new Set(claims).size === claims.length ? after : undefined;
}

/** @param {State} state */
const textOfState = (state) => Array.from(state.values(), textOf).sort().join();

/** What a reader of the failure needs: what was explained, and where it ends. @param {Order} order */
export function describe({ longest, rows, left }) {
  const names = new Map();
  const nameOf = (/** @type {string} */ label) => {
    if (!names.has(label)) names.set(label, `#${names.size}`);
    return names.get(label);
  };
  const labelTexts = (/** @type {string[]} */ labels) => labels.map(nameOf).sort().join() || "none";
  const rowText = (/** @type {Row} */ { key, version, terms, claims }) =>
    `${nameOf(key)} v${version} terms ${labelTexts(terms)} claims ${labelTexts(claims)}`;
  const rowTexts = (/** @type {Row[]} */ rows) => rows.map(rowText).join("; ") || "no rows";
  const changeText = (/** @type {Change} */ { key, expect, row }) =>
    `${nameOf(key)} at ${expect ?? "none"} becomes ${row === null ? "nothing" : rowText(row)}`;
  const text = (/** @type {Operation} */ { client, asked, answered, what }) => {
    const when = `client ${client}, ${asked} to ${answered}`;
    if ("write" in what) return `${when}: write ${what.write.map(changeText).join("; ")}: ${what.landed}`;
    const labels = "claims" in what.read ? what.read.claims : what.read.terms;
    return `${when}: read ${"claims" in what.read ? "claims" : "terms"} ${labels.map(nameOf)}: ${rowTexts(what.rows)}`;
  };
  const steps = [...longest.map(text), `so that the store holds: ${rowTexts(rows)}`];
  return ["explained, in this order:", ...steps, "and then none of these can have come next:", ...left.slice(0, 8).map(text)].join("\n");
}
