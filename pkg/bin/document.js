// @ts-check
// Reads a file that is JSON or TOML. What is wrong with it is told by file, line and member, and never in words of the
// file: a key may stand in it.

import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";

import { TomlError, parse as parseToml } from "smol-toml";

import { findFault } from "./json-fault.js";
import { FILE_SAYS, Refusal, codeOf, told } from "./refusal.js";

/** What a file says. @typedef {{ file: string, members: Record<string, unknown> }} Document */

const encoding = new TextDecoder("utf-8", { fatal: true });

/** The permissions of all but the owner, and of all but the owner and the group. */
const OTHERS = 0o077;
const STRANGERS = 0o007;
const GROUP_WRITES = 0o020;

/**
 * @param {string} option the option that names the file
 * @param {string} file
 * @param {{ isSecret?: boolean }} [kind]
 * @returns {Document}
 */
export function readDocument(option, file, { isSecret = false } = {}) {
  const text = readText(option, file, isSecret);
  const isJson = /\.json$/i.test(file) || (!/\.toml$/i.test(file) && text.trimStart().startsWith("{"));
  const value = isJson ? readJson(file, text) : readToml(file, text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal(`${file}: must be a JSON object`);
  }
  return { file, members: /** @type {Record<string, unknown>} */ (value) };
}

/** @type {(option: string, file: string, isSecret: boolean) => string} */
function readText(option, file, isSecret) {
  /** @type {number | undefined} */
  let handle;
  try {
    handle = openSync(file, "r");
    // The file that is looked at is the one that is read.
    if (isSecret) insistOnSecrecy(file, fstatSync(handle));
    return encoding.decode(readFileSync(handle));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error instanceof TypeError) throw new Refusal(`${file}: is not UTF-8`);
    const problem = codeOf(error) === "ENOENT" ? "there is no such file" : `cannot be read (${told(codeOf(error), FILE_SAYS)})`;
    throw new Refusal(`\`${option}\` ${file}: ${problem}`);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/**
 * As PostgreSQL has it: nobody but the owner; a file of root's may be its group's to read, which is how secrets are
 * mounted into containers. Windows has no such bits.
 * @type {(file: string, stats: import("node:fs").Stats) => void}
 */
function insistOnSecrecy(file, stats) {
  // What is no file has another remedy.
  if (process.platform === "win32" || stats.isDirectory()) return;
  const { mode, uid } = stats;
  const isMounted = uid === 0 && process.getuid?.() !== 0;
  const forbidden = isMounted ? STRANGERS | GROUP_WRITES : OTHERS;
  if ((mode & forbidden) !== 0) throw new Refusal(`${file}: others than its owner can read it; remedy: chmod 600 ${quoted(file)}`);
}

/** For a shell. @param {string} file */
const quoted = (file) => (/^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`);

/** @type {(file: string, text: string) => unknown} */
function readJson(file, text) {
  const fault = findFault(text);
  if (fault !== undefined) throw new Refusal(`${file}, line ${fault.line}, column ${fault.column}: ${fault.problem}`);
  return JSON.parse(text);
}

/** @type {(file: string, text: string) => unknown} */
function readToml(file, text) {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The parser's own message quotes the lines, after its first.
    const problem = error.message.startsWith("Invalid TOML document: trying to redefine") ? "this name is there already" : "is not TOML";
    throw new Refusal(`${file}, line ${error.line}, column ${error.column}: ${problem}`);
  }
}
