// @ts-check
// Proves that the lints against panics are awake: plants an `unwrap()` in a copy of the project, once where
// every platform compiles it and once where only wasm32 does, and wants clippy to refuse each. Without this
// a lost line in Cargo.toml would look like clean code.

import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { clippy } from "./clippy.js";
import { root } from "./command.js";
import { targetFolder } from "./rust.js";

const planted = `
/// Planted by the proof.
pub fn planted(value: Option<u8>) -> u8 {
    value.unwrap()
}
`;

/** @type {[file: string, platform: import("./clippy.js").Platform][]} */
const cases = [
  ["src/vault.rs", "host"],
  ["src/vault.rs", "wasm32"],
  ["src/wasm.rs", "wasm32"],
];

/** @returns {boolean} whether clippy refused every plant */
export function proveLints() {
  const target = targetFolder();
  // Always the same folder, so that cargo knows the copy again and the target folder does not grow.
  const copy = join(target, "lint-proof");
  return cases.map(([file, platform]) => refused(file, platform, copy, target)).every(Boolean);
}

/**
 * @param {string} file
 * @param {import("./clippy.js").Platform} platform
 * @param {string} copy
 * @param {string} target
 */
function refused(file, platform, copy, target) {
  copyProject(copy);
  appendFileSync(join(copy, file), planted);
  const result = spawnSync("cargo", clippy(platform, "--message-format=short"), {
    cwd: copy,
    env: { ...process.env, CARGO_TARGET_DIR: target, CARGO_TERM_COLOR: "never" },
    encoding: "utf8",
  });
  rmSync(copy, { recursive: true });
  const output = `${result.stdout}${result.stderr}`;
  const lines = output.split("\n").filter((line) => line.startsWith(`${file}:`));
  if (result.status !== 0 && lines.some((line) => line.includes("error: used `unwrap()`"))) {
    console.log(`clippy for ${platform} refuses an \`unwrap()\` in \`${file}\``);
    return true;
  }
  console.error(`clippy for ${platform} does not refuse an \`unwrap()\` in \`${file}\`; it said:\n${output}`);
  return false;
}

/** @param {string} to */
function copyProject(to) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const name of ["Cargo.toml", "Cargo.lock", "src", "tests", "benches", "pkg/build"]) {
    cpSync(join(root, name), join(to, name), { recursive: true });
  }
}
