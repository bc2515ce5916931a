// @ts-check
// How the set-up and the checks speak and run other programs.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The project's top folder, with a separator at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A failure that its reader can mend. */
export class SetupError extends Error {
  /**
   * @param {string} message what is wrong
   * @param {string} remedy what to do about it
   */
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/**
 * Prints one line about the set-up.
 * @param {string} line
 */
export function say(line) {
  console.log(`set-up: ${line}`);
}

/**
 * Runs a program in the project's top folder and answers what it printed, or `null` if there is no such
 * program or it failed.
 * @param {string} program
 * @param {string[]} args
 * @returns {string | null}
 */
export function ask(program, args) {
  const answer = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  return answer.status === 0 ? answer.stdout.trim() : null;
}

/**
 * Says what comes, then runs a program in the project's top folder. It prints straight to the terminal, so
 * that its progress is seen.
 * @param {object} step
 * @param {string} step.what what it does
 * @param {string} step.note how, or how long
 * @param {string} step.program
 * @param {string[]} step.args
 * @param {string} step.remedy what to do if it fails
 * @param {NodeJS.ProcessEnv} [step.env] environment variables to add
 */
export function run({ what, note, program, args, remedy, env = {} }) {
  say(`${what} (${note})`);
  const result = spawnSync(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (result.status === 0) return;
  const reason = result.error ? ` (${result.error.message})` : "";
  throw new SetupError(`${what} did not succeed${reason}`, remedy);
}
