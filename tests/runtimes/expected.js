// @ts-check
// What every runner expects: that no rule is lost on the way, and that all hold. And how a runner says what it lacks.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { suite } from "../suite/suite.js";

/** @import { TestContext } from "node:test" */

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** @param {TestContext} context @param {{ ran: number, failed: string[], by?: string | undefined }} result */
export function allHold(context, { ran, failed, by }) {
  assert.deepEqual(failed, []);
  assert.equal(ran, suite.length);
  context.diagnostic(`${ran} rules hold: ${by}`);
}

/**
 * The path of a program that a package or the system brings.
 * @param {string} path
 * @param {string} remedy
 */
export function programAt(path, remedy) {
  assert(existsSync(path), `${path} is missing: ${remedy}`);
  return path;
}

/**
 * Runs the suite as a program, or another file here, and answers what it printed.
 * @param {string} program
 * @param {string[]} [options]
 * @param {string} [file]
 */
export async function runProgram(program, options = [], file = "program.js") {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const running = spawn(program, [...options, path], { cwd: root, stdio: ["ignore", "pipe", "pipe"], timeout: 200_000 });
  /** @type {[string, string]} */
  const texts = ["", ""];
  for (const [at, stream] of [running.stdout, running.stderr].entries()) stream.setEncoding("utf8").on("data", (text) => (texts[at] += text));
  const status = await new Promise((resolve, reject) => running.on("close", resolve).on("error", reject));
  assert.equal(status, 0, texts[1]);
  return JSON.parse(texts[0]);
}
