// @ts-check
// Is there a Rust that can compile the core, and can it compile to wasm?

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { SetupError, ask, root, run } from "./command.js";

const target = "wasm32-unknown-unknown";

/**
 * Checks that rustc and cargo are there and new enough.
 * @returns {string} what `rustc -vV` says of itself
 */
export function checkRust() {
  const rustc = ask("rustc", ["-vV"]);
  const cargo = ask("cargo", ["--version"]);
  if (rustc === null || cargo === null) throw missing(rustc === null ? "rustc" : "cargo");
  const found = /^release: (\d+\.\d+\S*)/m.exec(rustc)?.[1] ?? "unknown";
  const needed = rustVersion();
  if (!reaches(found, needed)) {
    throw new SetupError(
      `rust \`${found}\` is too old, \`${needed}\` or later is needed`,
      ask("rustup", ["--version"]) === null
        ? "install Rust from https://rustup.rs and put it before this one on the PATH"
        : "run `rustup update stable` and `rustup default stable`",
    );
  }
  return rustc;
}

/**
 * Adds the wasm target where it is missing.
 * @returns {boolean} whether there was anything to do
 */
export function installTarget() {
  const folder = ask("rustc", ["--print", "target-libdir", "--target", target]);
  if (folder !== null && existsSync(folder)) return false;
  if (ask("rustup", ["--version"]) === null) {
    throw new SetupError(
      `this Rust has no \`${target}\` target, and there is no rustup to add it`,
      "install Rust from https://rustup.rs, or the package of your system that holds this target",
    );
  }
  run({
    what: "adding the wasm target",
    note: `rustup target add ${target}`,
    program: "rustup",
    args: ["target", "add", target],
    remedy: "read rustup's message above; it has to reach the network",
  });
  return true;
}

/**
 * Where cargo puts what it builds; the user's configuration may have moved it.
 * @returns {string}
 */
export function targetFolder() {
  const metadata = ask("cargo", ["metadata", "--no-deps", "--format-version", "1"]);
  if (metadata === null) throw new SetupError("`cargo metadata` failed", "run it by hand to see why");
  return JSON.parse(metadata).target_directory;
}

/** @param {string} program */
function missing(program) {
  const message = `\`${program}\` is missing or does not start`;
  if (ask("rustup", ["--version"]) !== null) {
    return new SetupError(message, "run `rustup toolchain install stable` and `rustup default stable`");
  }
  if (existsSync(join(homedir(), ".cargo", "bin"))) {
    return new SetupError(message, "open a new terminal, or put `~/.cargo/bin` on the PATH");
  }
  return new SetupError(message, "install Rust from https://rustup.rs, then open a new terminal");
}

/** The oldest Rust that compiles the core, as its manifest says. */
function rustVersion() {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const version = /^rust-version = "([\d.]+)"/m.exec(manifest)?.[1];
  if (version === undefined) throw new Error("Cargo.toml names no `rust-version`");
  return version;
}

/**
 * Is a version as late as another one?
 * @param {string} found
 * @param {string} needed
 */
export function reaches(found, needed) {
  const [major = 0, minor = 0, patch = 0] = found.split(".").map((part) => Number.parseInt(part, 10));
  const [wantMajor = 0, wantMinor = 0, wantPatch = 0] = needed.split(".").map(Number);
  if (major !== wantMajor) return major > wantMajor;
  if (minor !== wantMinor) return minor > wantMinor;
  return patch >= wantPatch;
}
