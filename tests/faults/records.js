// @ts-check
// What a client process writes down of its calls: a file of lines, on the disk before a call is made and before it goes
// on from an answer. It survives the client, and says what the vault has acknowledged.

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/**
 * A call of an operation, with the transaction ID under which it is repeated until it is answered. `values` are what is
 * tokenized or written, `tokenIds` what is updated or rotated.
 * @typedef {{ id: string, kind: "tokenize" | "reuse" | "update" | "register" | "rotate", values: string[], tokenIds: string[] }} Call
 */

/**
 * `time` is in milliseconds of the machine's one clock that only goes forward.
 * @typedef {{ at: "call", call: Call, time: number }
 *   | { at: "answer", id: string, answer: string[], time: number }
 *   | { at: "unknown", id: string, code: string }
 *   | { at: "refusal", id: string, code: string }} Entry
 */

/** Opens a file to add to it. @param {string} path */
export function openRecords(path) {
  const file = openSync(path, "a");
  return {
    /** @param {Entry} entry */
    add(entry) {
      writeSync(file, `${JSON.stringify(entry)}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

/** A last line without its end was never acted upon. @param {string} path @returns {Entry[]} */
export function readRecords(path) {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** Alike in all processes of a machine. */
export const now = () => Number(process.hrtime.bigint() / 1_000n) / 1_000;
