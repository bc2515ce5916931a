// @ts-check
// How the demo speaks: numbered steps, each call as it stands in the source, and what it answered. Nothing about
// vaults is in here.

import { inspect } from "node:util";

const WIDTH = 88;
const INDENT = "    ";

const coloured = process.stdout.isTTY === true && !process.env["NO_COLOR"];

/** @param {string} codes */
const style = (codes) => (/** @type {string} */ text) => (coloured ? `\u001b[${codes}m${text}\u001b[0m` : text);
const bold = style("1");
const dim = style("2");
const call = style("36");
const good = style("32");
const refused = style("33");
const bad = style("1;31");

let number = 0;
let checks = 0;
/** What the step that runs is called. */
let current = "";

/** What did not come out as expected. */
export class NotAsExpected extends Error {}

/**
 * The demo's first words.
 * @param {string} name
 * @param {string} text
 */
export function begin(name, text) {
  print("");
  print(`${bold(name)}`);
  print(dim("─".repeat(WIDTH)));
  for (const line of wrap(text, WIDTH)) print(markCode(line));
}

/**
 * Begins a step.
 * @param {string} title
 * @param {string} text what happens, and why
 */
export function step(title, text) {
  number += 1;
  current = `step ${number}, “${title}”`;
  print("");
  print(`${call(String(number).padStart(2))}  ${bold(title.replaceAll("`", coloured ? "" : "`"))}`);
  printProse(text);
}

/** @param {string} text */
export function say(text) {
  print("");
  printProse(text);
}

/**
 * Shows a call's own source, makes the call, and shows its answer.
 * @template T
 * @param {() => Promise<T>} make an arrow function of one call
 * @returns {Promise<T>}
 */
export async function show(make) {
  showSource(make);
  const answer = await make();
  showValue(answer);
  return answer;
}

/**
 * Shows a call that must be refused, and how it is refused.
 * @param {() => Promise<unknown>} make an arrow function of one call
 * @returns {Promise<any>} the error
 */
export async function showRefusal(make) {
  showSource(make);
  try {
    showValue(await make());
  } catch (error) {
    const { name, code, status, message, context } = /** @type {any} */ (error);
    if (code === undefined) throw error;
    print(`${INDENT}  ${refused(`${name} ${code}, status ${status}`)}`);
    for (const line of wrap(message, WIDTH - INDENT.length - 2)) print(`${INDENT}  ${markCode(line)}`);
    for (const [name, value] of Object.entries(context)) print(`${INDENT}  context.${name}: ${value}`);
    return error;
  }
  throw new NotAsExpected("the call went through, and must not");
}

/**
 * Shows a value under its name.
 * @param {string} name
 * @param {unknown} value
 */
export function showNamed(name, value) {
  print("");
  const [first = "", ...others] = format(value);
  print(`${INDENT}${call(name)} ${first}`);
  for (const line of others) print(INDENT + line);
}

/**
 * Shows the first bytes as a hex dump: what a person would see who opened the file.
 * @param {string} name
 * @param {Uint8Array} bytes
 */
export function showBytes(name, bytes) {
  print("");
  print(`${INDENT}${call(name)} ${bytes.length} bytes, the first 96:`);
  for (let at = 0; at < Math.min(bytes.length, 96); at += 16) {
    const line = Buffer.from(bytes.subarray(at, at + 16));
    const hex = line.toString("hex").replace(/..(?!$)/g, "$& ");
    const text = line.toString("latin1").replace(/[^ -~]/g, ".");
    print(`${INDENT}  ${hex.padEnd(47)}  ${dim(text)}`);
  }
}

/**
 * Says what must be so, and stops the demo if it is not.
 * @param {string} statement
 * @param {boolean} holds
 */
export function check(statement, holds) {
  const [first = "", ...others] = wrap(statement, WIDTH - INDENT.length - 2);
  print(`${INDENT}${holds ? good("✓") : bad("✗")} ${markCode(first)}`);
  for (const line of others) print(`${INDENT}  ${markCode(line)}`);
  if (!holds) throw new NotAsExpected("the line marked ✗ does not hold");
  checks += 1;
}

/** @param {string} text */
export function end(text) {
  print("");
  print(dim("─".repeat(WIDTH)));
  print(good(`${number} steps, and all ${checks} checks hold.`));
  for (const line of wrap(text, WIDTH)) print(line);
  print("");
}

/**
 * Says which step failed, and how.
 * @param {unknown} error
 */
export function fail(error) {
  const reason = error instanceof NotAsExpected ? error.message : inspect(error);
  console.error(`\n${bad("the demo failed")} at ${current || "its beginning"}: ${reason}`);
}

/** @param {string} text */
function printProse(text) {
  for (const line of wrap(text, WIDTH - INDENT.length)) print(INDENT + markCode(line));
}

/**
 * With colours, code is set off by its colour; without, by its backticks.
 * @param {string} line
 */
function markCode(line) {
  return coloured ? line.replace(/`([^`]+)`/g, (_, code) => call(code)) : line;
}

/** @param {() => unknown} make */
function showSource(make) {
  const [first = "", ...others] = make.toString().replace(/^\(\) =>\s*/, "").split("\n");
  const margin = Math.min(...others.map((line) => line.length - line.trimStart().length));
  print("");
  print(`${INDENT}${dim("›")} ${call(first)}`);
  for (const line of others) print(`${INDENT}  ${call(line.slice(margin))}`);
}

/** @param {unknown} value */
function showValue(value) {
  for (const line of format(value)) print(`${INDENT}  ${line}`);
}

/** @param {unknown} value */
function format(value) {
  if (value === undefined) return [dim("(no answer but success)")];
  const breakLength = WIDTH - INDENT.length - 2;
  return inspect(value, { colors: coloured, depth: 8, breakLength, maxStringLength: 44 }).split("\n");
}

/**
 * @param {string} text
 * @param {number} width
 */
function wrap(text, width) {
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** @param {string} line */
function print(line) {
  console.log(line);
}
