// @ts-check
// The same core compiled natively: `benches/core.rs`, measured by criterion.

import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs criterion, and answers microseconds a token for each group and batch, by `group/tokens`.
 * @param {string[]} groups
 * @param {number[]} batches
 * @param {boolean} quick
 * @returns {Map<string, number>}
 */
export function measureNative(groups, batches, quick) {
  const started = Date.now();
  const effort = quick ? ["--quick"] : [];
  execFileSync("cargo", ["bench", "--quiet", "--bench", "core", "--", "--noplot", ...effort], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const metadata = execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], { cwd: root });
  /** @type {{ target_directory: string }} */
  const { target_directory } = JSON.parse(String(metadata));
  const found = new Map();
  for (const group of groups) {
    for (const batch of batches) {
      const file = join(target_directory, "criterion", group, String(batch), "new", "estimates.json");
      if (statSync(file).mtimeMs < started) throw new Error(`criterion measured no \`${group}/${batch}\` in this run`);
      const nanos = JSON.parse(readFileSync(file, "utf8")).median.point_estimate;
      found.set(`${group}/${batch}`, nanos / 1000 / batch);
    }
  }
  return found;
}
