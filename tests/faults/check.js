// @ts-check
// Holds what the clients have written down against what the vault holds in the end.
//
// A client's own tokens are touched by that client alone, one call after the other: what they must be follows from its
// records. What all clients share is held against all records at once: the same data is one token, and the value of the
// shared token is that of a call which no other acknowledged one has followed.

/** @import { Call, Entry } from "./records.js" */

/**
 * What a vault holds: the tokens of each client, those that share their data, and the value that all have written to.
 * @typedef {{ token_id: string, value: string }} Found
 * @typedef {{ own: Found[][], reused: Found[], register: string | undefined }} Holdings
 */

/**
 * How many of each kind of loss there are.
 *
 * - `tokens`: an ID that was answered is not there
 * - `writes`: it is there with another value than the one that was acknowledged last
 * - `doubled`: a token that no call has answered, or a second one of the same data
 * - `answers`: a call that was repeated had another answer
 * - `refused`: a call that had to succeed was refused: what it needs is not there
 * - `open`: a call was never answered
 * @typedef {Record<"tokens" | "writes" | "doubled" | "answers" | "refused" | "open", number>} Losses
 */

/**
 * @param {Entry[][]} records of each client, in the order of `holdings.own`
 * @param {Holdings} holdings
 */
export function check(records, holdings) {
  /** @type {Losses} */
  const losses = { tokens: 0, writes: 0, doubled: 0, answers: 0, refused: 0, open: 0 };
  const calls = records.map(callsOf);
  for (const [client, own] of calls.entries()) checkOwn(own, holdings.own[client] ?? [], losses);
  checkReused(calls.flat(), holdings.reused, losses);
  checkRegister(calls.flat(), holdings.register, losses);
  const all = calls.flat();
  return {
    calls: all.length,
    acknowledged: all.filter(({ answers }) => answers.length > 0).length,
    repeated: all.reduce((count, { answers }) => count + Math.max(answers.length - 1, 0), 0),
    unknown: records.flat().filter(({ at }) => at === "unknown").length,
    losses,
    lost: Object.values(losses).reduce((sum, count) => sum + count, 0),
  };
}

/** @typedef {{ call: Call, began: number, ended: number, answers: string[][], refused: boolean }} Made */

/** A client's calls with what came of them, in their order. @param {Entry[]} entries */
function callsOf(entries) {
  /** @type {Map<string, Made>} */
  const made = new Map();
  for (const entry of entries) {
    if (entry.at === "call") {
      made.set(entry.call.id, { call: entry.call, began: entry.time, ended: Infinity, answers: [], refused: false });
      continue;
    }
    const call = made.get(entry.id);
    if (call === undefined) throw new Error("an entry of a call that was never made");
    if (entry.at === "refusal") call.refused = true;
    if (entry.at !== "answer") continue;
    call.ended = Math.min(call.ended, entry.time);
    call.answers.push(entry.answer);
  }
  return [...made.values()];
}

/** @param {Made[]} calls @param {Found[]} found @param {Losses} losses */
function checkOwn(calls, found, losses) {
  /** @type {Map<string, string>} */
  const expected = new Map();
  for (const { call, answers, refused } of calls) {
    const [first, ...others] = answers;
    losses.answers += others.filter((other) => JSON.stringify(other) !== JSON.stringify(first)).length;
    if (refused) losses.refused += 1;
    else if (first === undefined) losses.open += 1;
    if (first === undefined) continue;
    if (call.kind === "tokenize") for (const [index, id] of first.entries()) expected.set(id, call.values[index] ?? "");
    if (call.kind === "update") expected.set(call.tokenIds[0] ?? "", call.values[0] ?? "");
    if (call.kind === "rotate") {
      const values = call.tokenIds.map((id) => expected.get(id) ?? "");
      for (const id of call.tokenIds) expected.delete(id);
      for (const [index, id] of first.entries()) expected.set(id, values[index] ?? "");
    }
  }
  const values = new Map(found.map(({ token_id, value }) => [token_id, value]));
  for (const [id, value] of expected) {
    if (!values.has(id)) losses.tokens += 1;
    else if (values.get(id) !== value) losses.writes += 1;
  }
  losses.doubled += found.filter(({ token_id }) => !expected.has(token_id)).length + (found.length - values.size);
}

/** @param {Made[]} calls @param {Found[]} found @param {Losses} losses */
function checkReused(calls, found, losses) {
  /** @type {Map<string, Set<string>>} */
  const answered = new Map();
  for (const { call, answers } of calls) {
    if (call.kind !== "reuse") continue;
    const ids = answered.get(call.values[0] ?? "") ?? new Set();
    for (const [id = ""] of answers) ids.add(id);
    answered.set(call.values[0] ?? "", ids);
  }
  const held = new Set(found.map(({ token_id }) => token_id));
  for (const ids of answered.values()) {
    losses.doubled += Math.max(ids.size - 1, 0);
    losses.tokens += [...ids].filter((id) => !held.has(id)).length;
  }
  losses.doubled += found.filter(({ token_id, value }) => !answered.get(value)?.has(token_id)).length;
}

/** @param {Made[]} calls @param {string | undefined} value @param {Losses} losses */
function checkRegister(calls, value, losses) {
  const writes = calls.filter(({ call, answers }) => call.kind === "register" && answers.length > 0);
  const last = writes.find(({ call }) => call.values[0] === value);
  if (last === undefined) {
    if (writes.length > 0) losses.writes += 1;
  } else if (writes.some(({ began }) => began > last.ended)) {
    losses.writes += 1;
  }
}
