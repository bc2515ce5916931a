// @ts-check
// Holds the crates to deny.toml.

import { spawnSync } from "node:child_process";

import { cargoDeny } from "./cargo-deny.js";
import { root } from "./command.js";

/**
 * A command line that checks all crates of the workspace, as they are locked.
 * @param {("licenses" | "bans" | "sources" | "advisories")[]} checks
 * @param {...string} options more of them
 * @returns {[program: string, args: string[]]}
 */
export function deny(checks, ...options) {
  const [program, ...args] = cargoDeny();
  return [program, [...args, "--locked", "--workspace", ...options, "check", ...checks]];
}

/**
 * Needs the network for crates alone that cargo has not fetched yet.
 * @returns {boolean} whether licences, bans and sources are as they shall be
 */
export function checkCrates() {
  const [program, args] = deny(["licenses", "bans", "sources"]);
  return spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}
