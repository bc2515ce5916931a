// @ts-check
// Inputs of the fuzz targets as text, one a line, and as the files that the fuzzer wants. The form is described,
// and read for the replay, in tests/fuzz/lines.rs.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The inputs in a file of lines; none if there is no such file.
 * @param {string} file
 */
export function readLines(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map(unescape);
}

/**
 * Writes inputs as lines, each once and the same ones in the same order, so that a change shows what is new.
 * @param {string} file
 * @param {string} title
 * @param {Buffer[]} inputs
 */
export function writeLines(file, title, inputs) {
  const lines = [...new Set(inputs.filter((input) => input.length > 0).map(escape))].sort();
  writeFileSync(file, `# ${title}\n\n${lines.join("\n")}\n`);
}

/**
 * Adds inputs to a folder, each in a file of its own.
 * @param {string} folder
 * @param {Buffer[]} inputs
 */
export function writeFiles(folder, inputs) {
  mkdirSync(folder, { recursive: true });
  for (const input of inputs) {
    writeFileSync(join(folder, createHash("sha1").update(input).digest("hex")), input);
  }
}

/**
 * The inputs in a folder; none if there is no such folder.
 * @param {string} folder
 */
export function readFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
}

/** @param {Buffer} input */
function escape(input) {
  const text = Array.from(input, (byte) => {
    if (byte === 0x5c) return "\\\\";
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }).join("");
  return text.startsWith("#") ? `\\x23${text.slice(1)}` : text;
}

/** @param {string} line */
function unescape(line) {
  const unescaped = line.replace(/\\(\\|x[0-9a-f]{2})/g, (_, kind) =>
    kind === "\\" ? "\\" : String.fromCharCode(Number.parseInt(kind.slice(1), 16)),
  );
  return Buffer.from(unescaped, "latin1");
}
