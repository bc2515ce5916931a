// @ts-check
// Checks so many random sequences, and reports what it found: nothing, or the shortest sequence on which the vault and
// the reference differ.

import fc from "fast-check";

import { Coverage } from "./coverage.js";
import { methods } from "./methods.js";
import { ModelHost } from "./model-host.js";
import { play } from "./play.js";
import { anySequence } from "./sequences.js";

/** @import { Sequence } from "./play.js" */

/**
 * @typedef {object} Wanted
 * @property {number} sequences
 * @property {number} seed
 * @property {string} [path] to the sequence to be played first
 * @property {"shortest" | "first"} [show] which of the sequences that differ; the shortest takes its time
 * @property {typeof ModelHost.open} [open] opens the vault under test
 *
 * @param {Wanted} wanted
 * @returns {Promise<{ passed: boolean, report: string }>}
 */
export async function checkModel({ sequences, seed, path, show = "shortest", open = ModelHost.open }) {
  const coverage = new Coverage();
  const property = fc.asyncProperty(anySequence, (sequence) => play(sequence, { open, coverage }));
  const started = performance.now();
  const { failed, counterexample, counterexamplePath, numRuns } = await fc.check(property, {
    numRuns: sequences,
    seed,
    ...(path === undefined ? {} : { path }),
    endOnFailure: show === "first",
  });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);

  if (failed) {
    const lines = [
      `sequence ${numRuns} of ${sequences} differs (seed ${seed}, path ${counterexamplePath})`,
      "",
      ...(counterexample === null ? [] : await transcriptOf(counterexample[0], open)),
      "",
      `to repeat it: npm run model -- --sequences ${sequences} --seed ${seed} --path ${counterexamplePath}`,
    ];
    return { passed: false, report: lines.join("\n") };
  }
  const actions = Object.keys(methods);
  const missing = coverage.missing(actions, sequences);
  const lines = [coverage.table(actions), `${sequences} sequences agree (seed ${seed}), ${seconds} s`];
  if (missing.length > 0) lines.push(`never reached: ${missing.join(", ")}`);
  return { passed: missing.length === 0, report: lines.join("\n") };
}

/** The sequence as calls, and how it ends. @param {Sequence} sequence @param {typeof ModelHost.open} open */
async function transcriptOf(sequence, open) {
  /** @type {string[]} */
  const lines = [];
  try {
    await play(sequence, { open, coverage: new Coverage(), print: (line) => lines.push(line) });
    lines.push("played again, this sequence agrees: the difference is one of chance");
  } catch (error) {
    lines.push("", String(error instanceof Error ? error.stack : error));
  }
  return lines;
}
