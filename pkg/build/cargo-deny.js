// @ts-check
// How `cargo deny` is started. One that is installed is used if it is new enough; else ours is compiled into the
// target folder, which takes some minutes once.

import { join } from "node:path";

import { ask, run, say } from "./command.js";
import { reaches, targetFolder } from "./rust.js";

const needed = "0.20.2";

/** Not optimised: a check takes a second and a half instead of one, and compiling a third of the time. */
const quickBuild = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "0",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
};

/**
 * Installs it where it is missing or too old.
 * @returns {[program: string, ...args: string[]]} how a command line with it begins
 */
export function cargoDeny() {
  if (suffices("cargo", "deny")) return ["cargo", "deny"];
  const tools = join(targetFolder(), "tools");
  const ours = join(tools, "bin", process.platform === "win32" ? "cargo-deny.exe" : "cargo-deny");
  if (!suffices(ours)) install(tools);
  return [ours];
}

/**
 * @param {string} program
 * @param {...string} args
 */
function suffices(program, ...args) {
  const version = /^cargo-deny (\d+\.\d+\.\d+)/.exec(ask(program, [...args, "--version"]) ?? "")?.[1];
  return version !== undefined && reaches(version, needed);
}

/** @param {string} folder */
function install(folder) {
  const started = performance.now();
  run({
    what: `installing cargo-deny ${needed}`,
    note: "cargo install, into the target folder; about two minutes, once",
    program: "cargo",
    args: ["install", "cargo-deny", "--version", needed, "--locked", "--force", "--root", folder],
    remedy: "read cargo's message above; it has to reach crates.io, and to find your system's C compiler",
    env: quickBuild,
  });
  say(`cargo-deny is installed, in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
