// @ts-check
// How time is measured: side by side, round after round, so that what else the machine does meets all alike.

/** @typedef {{ rounds: number, roundMillis: number, warmUpMillis: number }} Effort */

/**
 * What is measured. `tokens`: how many one call changes.
 * @typedef {{ tokens: number, call: () => Promise<void> }} Run
 */

/**
 * Runs all in turn, and answers for each the median of its rounds in microseconds a token, and how often it was called.
 * @param {Run[]} runs
 * @param {Effort} effort
 * @returns {Promise<{ micros: number, calls: number }[]>} in the order of the runs
 */
export async function measure(runs, { rounds, roundMillis, warmUpMillis }) {
  const lanes = [];
  for (const run of runs) lanes.push({ run, ...(await warmUp(run, warmUpMillis, roundMillis)), samples: [0] });
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < lanes.length; turn += 1) {
      // Another one begins each round: who always follows the same neighbour inherits his garbage.
      const lane = /** @type {typeof lanes[number]} */ (lanes[(round + turn) % lanes.length]);
      const millis = await timed(lane.run, lane.repeats);
      lane.calls += lane.repeats;
      lane.samples[round] = (millis * 1000) / lane.repeats / lane.run.tokens;
    }
  }
  return lanes.map(({ samples, calls }) => ({ micros: median(samples), calls }));
}

/**
 * Calls until the time is over, and finds how many calls fill a round.
 * @param {Run} run
 * @param {number} warmUpMillis
 * @param {number} roundMillis
 */
async function warmUp(run, warmUpMillis, roundMillis) {
  let calls = 0;
  let last = 0;
  const end = performance.now() + warmUpMillis;
  do {
    last = await timed(run, 1);
    calls += 1;
  } while (performance.now() < end);
  // The first calls are slow; a small batch of warm ones says how long one takes.
  const trial = Math.max(1, Math.min(20, Math.floor(roundMillis / Math.max(last, 0.001))));
  const millis = (await timed(run, trial)) / trial;
  return { calls: calls + trial, repeats: Math.max(1, Math.round(roundMillis / millis)) };
}

/**
 * @param {Run} run
 * @param {number} repeats
 */
async function timed(run, repeats) {
  const start = performance.now();
  for (let count = 0; count < repeats; count += 1) await run.call();
  return performance.now() - start;
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = /** @type {number} */ (sorted[middle]);
  return sorted.length % 2 === 1 ? upper : (upper + /** @type {number} */ (sorted[middle - 1])) / 2;
}
