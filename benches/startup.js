// @ts-check
// How long a fresh process waits for its first answer.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { median } from "./measure.js";

/** @typedef {{ imported: number, firstCall: number, answered: number }} Startup in milliseconds */

const program = fileURLToPath(new URL("first-answer.js", import.meta.url));

/**
 * Medians over fresh processes.
 * @param {number} processes
 * @returns {Promise<Startup>}
 */
export async function measureStartup(processes) {
  /** @type {Startup[]} */
  const found = [];
  for (let count = 0; count < processes; count += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    found.push(JSON.parse(stdout));
  }
  return {
    imported: median(found.map(({ imported }) => imported)),
    firstCall: median(found.map(({ firstCall }) => firstCall)),
    answered: median(found.map(({ answered }) => answered)),
  };
}
