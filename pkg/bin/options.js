// @ts-check
// The options of `vaultlet serve`: each is a flag, or the environment variable `VAULTLET_…` of its name. The flag wins.
// One table, from which the help comes as well.

import { parseArgs } from "node:util";

import { Refusal } from "./refusal.js";

/** @typedef {"text" | "json" | "none"} LogForm */

/**
 * @typedef {object} Options
 * @property {number} port 0: any that is free
 * @property {string} host
 * @property {string | undefined} collections a file
 * @property {string | undefined} iam a file
 * @property {string | undefined} apiKeys a file
 * @property {string | undefined} apiKey the admin's
 * @property {string | undefined} keys a file
 * @property {string} store
 * @property {string | undefined} audit a file
 * @property {LogForm} log
 * @property {number} maxBody bytes
 * @property {(name: keyof typeof OPTIONS) => string} sayOf how the user has given the option, `--keys` or `VAULTLET_KEYS`:
 *   what is wrong with it is told by that
 */

/** @typedef {{ value: string, help: string }} Option `value`: what its value is called */

/** By the flag's name. @satisfies {Record<string, Option>} */
export const OPTIONS = {
  port: { value: "PORT", help: "where to listen; 0 is any free port (8123)" },
  host: { value: "HOST", help: "on which address (127.0.0.1)" },
  collections: { value: "FILE", help: "your collections (one of customers)" },
  iam: { value: "FILE", help: "users, roles and policies (one admin, who may do all)" },
  "api-keys": { value: "FILE", help: "SHA-256 hashes of the users' keys" },
  keys: { value: "FILE", help: "the keyring: chmod 600 (made anew, memory only)" },
  store: { value: "STORE", help: "memory, sqlite:FILE or postgres://… (memory)" },
  audit: { value: "FILE", help: "append each audit event to it (nowhere)" },
  log: { value: "FORM", help: "text, json or none (text)" },
  "max-body": { value: "SIZE", help: "of a request: bytes, or 512KiB, 8MiB (4MiB)" },
};

/** Most of `--max-body`, in bytes: whatever stands in it, a vault that reads it has memory enough, which ends at 4 GiB. */
const MOST_BODY = 64 * 1024 * 1024;

/** @param {string} name */
export const variableOf = (name) => `VAULTLET_${name.toUpperCase().replaceAll("-", "_")}`;

/**
 * @param {string[]} words
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Options}
 */
export function readOptions(words, environment) {
  const flags = readFlags(words);
  /** @type {Map<string, { given: string, at: string }>} */
  const found = new Map();
  for (const name of Object.keys(OPTIONS)) {
    const flag = flags.get(name);
    const variable = environment[variableOf(name)];
    if (flag !== undefined) found.set(name, { given: flag, at: `--${name}` });
    // Empty is how many tools leave a variable unset.
    else if (variable !== undefined && variable !== "") found.set(name, { given: variable, at: variableOf(name) });
  }
  /** @template T @param {keyof typeof OPTIONS} name @param {T} absent @param {(given: string, at: string) => T} read */
  const option = (name, absent, read) => {
    const { given, at } = found.get(name) ?? {};
    return given === undefined || at === undefined ? absent : read(given, at);
  };
  const none = /** @type {string | undefined} */ (undefined);
  return {
    port: option("port", 8123, readPort),
    host: option("host", "127.0.0.1", readText),
    collections: option("collections", none, readText),
    iam: option("iam", none, readText),
    apiKeys: option("api-keys", none, readText),
    apiKey: environment["VAULTLET_API_KEY"] || undefined,
    keys: option("keys", none, readText),
    store: option("store", "memory", readText),
    audit: option("audit", none, readText),
    log: option("log", "text", readLogForm),
    maxBody: option("max-body", 4 * 1024 * 1024, readSize),
    sayOf: (name) => found.get(name)?.at ?? `--${name}`,
  };
}

/** What the words say, by option. @param {string[]} words */
function readFlags(words) {
  const options = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: /** @type {const} */ ("string") }]));
  // Not strict: the library's own messages are several lines long, and repeat what they are given.
  const { tokens } = parseArgs({ args: words, options, strict: false, allowPositionals: true, tokens: true });
  /** @type {Map<string, string>} */
  const flags = new Map();
  for (const token of tokens) {
    if (token.kind === "positional") throw new Refusal("`vaultlet serve` takes options only, such as `--port 8080`", "usage");
    if (token.kind !== "option") continue;
    const { name, value, inlineValue } = token;
    if (!Object.hasOwn(OPTIONS, name)) {
      const shown = /^[a-z-]{1,30}$/i.test(name) ? `\`${name.length > 1 ? "--" : "-"}${name}\`` : "one of the options";
      throw new Refusal(`${shown} is not known`, "usage");
    }
    if (flags.has(name)) throw new Refusal(`\`--${name}\` is given twice`, "usage");
    // Another option is no value; one that begins so can be given as `--host=-x`.
    if (value === undefined || (!inlineValue && value.startsWith("-"))) throw new Refusal(`\`--${name}\` needs a value`, "usage");
    flags.set(name, value);
  }
  return flags;
}

/** @type {(given: string, at: string) => string} */
function readText(given, at) {
  if (given === "") throw new Refusal(`\`${at}\` is empty`, "usage");
  return given;
}

/** @type {(given: string, at: string) => number} */
function readPort(given, at) {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Infinity;
  if (port > 65_535) throw new Refusal(`\`${at}\` must be a port: 0 to 65535`, "usage");
  return port;
}

/** @type {(given: string, at: string) => LogForm} */
function readLogForm(given, at) {
  if (given === "text" || given === "json" || given === "none") return given;
  throw new Refusal(`\`${at}\` must be text, json or none`, "usage");
}

/** @type {(given: string, at: string) => number} */
function readSize(given, at) {
  const [, digits, unit] = /^(\d{1,10})(KiB|MiB)?$/i.exec(given) ?? [];
  const factor = { kib: 1024, mib: 1024 * 1024 }[unit?.toLowerCase() ?? ""] ?? 1;
  const size = Number(digits) * factor;
  if (!(size >= 1 && size <= MOST_BODY)) {
    throw new Refusal(`\`${at}\` must be 1 byte to 64MiB: a number of bytes, or such as 512KiB or 8MiB`, "usage");
  }
  return size;
}
