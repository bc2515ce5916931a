// @ts-check
// The check finds each kind of loss, and where there is none, none: on records that were made up.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { check } from "./check.js";
import { openRecords, readRecords } from "./records.js";

/** @import { Holdings, Losses } from "./check.js" */
/** @import { Call, Entry } from "./records.js" */

const NONE = { tokens: 0, writes: 0, doubled: 0, answers: 0, refused: 0, open: 0 };

/**
 * A call and its answers.
 * @param {number} time @param {string} id @param {Call["kind"]} kind @param {string[]} tokenIds @param {string[]} values @param {string[][]} answers
 * @returns {Entry[]}
 */
const call = (time, id, kind, tokenIds, values, ...answers) => [
  { at: "call", call: { id, kind, values, tokenIds }, time },
  { at: "unknown", id, code: "PV1000" },
  ...answers.map((answer) => ({ at: /** @type {const} */ ("answer"), id, answer, time: time + 1 })),
];

/** Two clients; nothing is lost. */
const records = () => [
  [
    ...call(0, "1", "tokenize", [], ["a", "b"], ["A", "B"]),
    ...call(10, "2", "rotate", ["A"], [], ["A2"], ["A2"]),
    ...call(20, "3", "update", ["A2"], ["c"], []),
    ...call(30, "4", "reuse", [], ["same"], ["S"]),
    ...call(40, "5", "register", ["R"], ["first"], []),
  ],
  [
    ...call(31, "6", "reuse", [], ["same"], ["S"]),
    ...call(50, "7", "register", ["R"], ["second"], []),
    ...call(60, "8", "tokenize", [], ["d"], ["D"]),
  ],
];

/** @returns {Holdings} */
const holdings = () => ({
  own: [
    [
      { token_id: "A2", value: "c" },
      { token_id: "B", value: "b" },
    ],
    [{ token_id: "D", value: "d" }],
  ],
  reused: [{ token_id: "S", value: "same" }],
  register: "second",
});

test("where nothing is lost, nothing is found, and all is counted", () => {
  const told = check(records(), holdings());
  assert.deepEqual(told, { calls: 8, acknowledged: 8, repeated: 1, unknown: 8, losses: NONE, lost: 0 });
});

/** @type {[title: string, spoil: (records: Entry[][], holdings: any) => void, losses: Partial<Losses>][]} */
const spoilt = [
  ["a token that is gone", (_, { own }) => own[0].pop(), { tokens: 1 }],
  ["a value of before an update", (_, { own }) => (own[0][0].value = "a"), { writes: 1 }],
  ["a rotation that was taken back", (_, { own }) => (own[0][0].token_id = "A"), { tokens: 1, doubled: 1 }],
  ["a token that nobody was answered", (_, { own }) => own[1].push({ token_id: "E", value: "d" }), { doubled: 1 }],
  ["a token that is found twice", (_, { own }) => own[1].push({ token_id: "D", value: "d" }), { doubled: 1 }],
  ["the other client's token", (_, { own }) => own[0].push(own[1].pop()), { tokens: 1, doubled: 1 }],
  ["two tokens of the same data", (_, { reused }) => reused.push({ token_id: "T", value: "same" }), { doubled: 1 }],
  ["no token of the shared data", (_, holdings) => (holdings.reused = []), { tokens: 1 }],
  ["two answers for the same data", ([, other = []]) => other.splice(0, 3, ...call(31, "6", "reuse", [], ["same"], ["T"])), { doubled: 1, tokens: 1 }],
  ["a value that another write has followed", (_, holdings) => (holdings.register = "first"), { writes: 1 }],
  ["a value that nobody wrote", (_, holdings) => (holdings.register = "at first"), { writes: 1 }],
  ["no shared token", (_, holdings) => (holdings.register = undefined), { writes: 1 }],
  [
    "a call that was answered otherwise the second time",
    ([own = []]) => own.push({ at: "answer", id: "2", answer: ["A3"], time: 70 }),
    { answers: 1 },
  ],
  [
    "a call that was refused",
    ([own = []]) => own.push(...call(80, "9", "update", ["B"], ["x"]), { at: "refusal", id: "9", code: "PV3009" }),
    { refused: 1 },
  ],
  ["a call without an end", ([own = []]) => own.push(...call(80, "9", "update", ["B"], ["x"])), { open: 1 }],
];

for (const [title, spoil, losses] of spoilt) {
  test(`it finds ${title}`, () => {
    const [all, held] = [records(), holdings()];
    spoil(all, held);
    assert.deepEqual(check(all, held).losses, { ...NONE, ...losses });
  });
}

test("of two writes at the same time either may have been the last", () => {
  const all = records();
  all[1]?.splice(3, 3, ...call(40.5, "7", "register", ["R"], ["second"], []));
  for (const register of ["first", "second"]) assert.equal(check(all, { ...holdings(), register }).lost, 0, register);
});

test("records are read back as they were written, but for a last line that was cut off", () => {
  const folder = mkdtempSync(join(tmpdir(), "vaultlet-records-"));
  try {
    const path = join(folder, "0.jsonl");
    assert.deepEqual(readRecords(path), []);
    const [entries = []] = records();
    for (const entry of entries) {
      const file = openRecords(path);
      file.add(entry);
      file.close();
    }
    writeFileSync(path, '{"at":"call","call":{"i', { flag: "a" });
    assert.deepEqual(readRecords(path), entries);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
