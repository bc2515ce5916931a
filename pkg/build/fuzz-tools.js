// @ts-check
// What fuzzing needs beside the set-up: the nightly toolchain and cargo-fuzz.

import { SetupError, ask, run } from "./command.js";

/**
 * What rustc is told: random bytes come from `fuzz/src/randomness.rs`, so that an input does the same each time.
 */
const RUSTFLAGS = '--cfg getrandom_backend="custom"';

/** The environment of every `cargo fuzz`. */
export const environment = { RUSTFLAGS: [process.env["RUSTFLAGS"], RUSTFLAGS].filter(Boolean).join(" ") };

/**
 * The arguments for cargo. No sanitizer: the crate forbids unsafe code, so one would find nothing and take half of
 * the speed.
 * @param {"build" | "run" | "cmin"} command
 * @param {...string} args
 */
export function cargoFuzz(command, ...args) {
  return ["+nightly", "fuzz", command, "--sanitizer", "none", ...args];
}

/** Checks for nightly, installs cargo-fuzz where it is missing, and compiles the targets. */
export function buildTargets() {
  if (ask("cargo", ["+nightly", "--version"]) === null) {
    throw new SetupError(
      "fuzzing needs the nightly toolchain of Rust, and it is missing",
      ask("rustup", ["--version"]) === null
        ? "install Rust from https://rustup.rs, then run `rustup toolchain install nightly --profile minimal`"
        : "run `rustup toolchain install nightly --profile minimal`",
    );
  }
  if (ask("cargo", ["fuzz", "--version"]) === null) {
    run({
      what: "installing cargo-fuzz",
      note: "cargo install cargo-fuzz --locked; some minutes",
      program: "cargo",
      args: ["install", "cargo-fuzz", "--locked"],
      remedy: "read cargo's message above; it has to reach the network",
    });
  }
  run({
    what: "compiling the fuzz targets",
    note: "cargo fuzz build; some minutes the first time",
    program: "cargo",
    args: cargoFuzz("build"),
    remedy: "read cargo's message above; where it misses a compiler, install your system's C++ compiler",
    env: environment,
  });
}
