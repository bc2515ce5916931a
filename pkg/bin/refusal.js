// @ts-check
// What the command's user can mend: its message is the one line that is printed. It never holds a key, and nothing of
// what a file says but names.

import { providedBy } from "../built-ins.js";

/** `usage` is a mistake in the command's words or its environment. @typedef {"usage" | "failure"} Kind */

const HINT = " (`vaultlet --help` has all of it)";

export class Refusal extends Error {
  /** @param {string} message @param {Kind} [kind] */
  constructor(message, kind = "failure") {
    super(kind === "usage" ? message + HINT : message);
    /** 2 for mistaken words, as shells have it. */
    this.exitCode = kind === "usage" ? 2 : 1;
  }
}

/** Of an error that has none. */
export const NO_CODE = "no code";

/**
 * A code, behind what it means.
 * @type {(code: string, says: Record<string, string>) => string}
 */
export const told = (code, says) => (Object.hasOwn(says, code) ? says[code] + (code === NO_CODE ? "" : `, ${code}`) : code);

/** What the codes of files mean. @type {Record<string, string>} */
export const FILE_SAYS = {
  EACCES: "this user may not",
  EISDIR: "it is a folder",
  ENOENT: "there is no such folder",
  ENOTDIR: "there is no such folder",
  EROFS: "nothing can be written there",
};

/**
 * An error's own code, such as `ENOENT`, `ECONNREFUSED` or PostgreSQL's `28P01`. Never its message, which may hold
 * anything.
 * @param {unknown} error
 * @returns {string}
 */
export function codeOf(error) {
  const code = providedBy(error, "code");
  return typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? code : NO_CODE;
}
