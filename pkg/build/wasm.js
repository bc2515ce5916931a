// @ts-check
// Compiles the core to wasm and puts it with its bindings into pkg/wasm/, when something that it is made
// from has changed.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";

import { root, run, say } from "./command.js";
import { targetFolder } from "./rust.js";

const cargoHome = process.env["CARGO_HOME"] ?? join(homedir(), ".cargo");

/** What rustc is told for the wasm, beside the release profile in Cargo.toml. */
const RUSTFLAGS = [
  // Every runtime has had it since 2023; SHA-256 has a form of its own for it.
  "-Ctarget-feature=+simd128",
  // Panic messages name source files; without this, by the path they had on the machine that built them.
  `--remap-path-prefix=${join(cargoHome, "registry", "src")}=crates`,
  // The stack lies at the very beginning of the memory and ends where the data begins, which `pkg/instance.js` reads. It
  // is small, to be wiped in no time; the deepest requests use less than half of it.
  "-Clink-arg=-zstack-size=65536",
  "-Clink-arg=--export=__global_base",
];

/**
 * What wasm-opt is told. Which features it may use it reads from the module: with `--all-features` it makes
 * code that Node 20 refuses.
 */
const WASM_OPT = ["-O3"];

/** What the wasm is made from, in the order of the build. */
const inputs = ["Cargo.toml", "Cargo.lock", "src", "pkg/build/Cargo.toml", "pkg/build/src", "pkg/build/wasm.js"];

const compilerRemedy = "read cargo's message above; where it misses a linker, install your system's C compiler";

const folder = join(root, "pkg", "wasm");
const outputs = ["vaultlet_bg.wasm", "vaultlet_bg.js", "vaultlet_bg.d.ts"];

/**
 * Builds the wasm where it is missing or made from something else than what is there now.
 * @param {string} rustc what `rustc -vV` says of itself
 * @returns {boolean} whether there was anything to do
 */
export function buildWasm(rustc) {
  const stamp = join(folder, ".inputs");
  const wanted = fingerprint(rustc);
  const complete = outputs.every((name) => existsSync(join(folder, name)));
  if (complete && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return false;

  rmSync(stamp, { force: true });
  mkdirSync(folder, { recursive: true });
  // Another set-up may build at the same time.
  const fresh = mkdtempSync(join(folder, ".new-"));
  try {
    bind(compile(), fresh);
    optimize(join(fresh, "vaultlet_bg.wasm"));
    for (const name of outputs) renameSync(join(fresh, name), join(folder, name));
  } finally {
    rmSync(fresh, { recursive: true });
  }
  writeFileSync(stamp, wanted);
  return true;
}

/** @returns {string} the compiled core's path */
function compile() {
  const [flags, env] = rustflags();
  run({
    what: "compiling the core to wasm",
    note: "cargo build; about a minute the first time",
    program: "cargo",
    // As a cdylib alone: what is made as a Rust library too cannot be cut down as far.
    args: ["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", "wasm32-unknown-unknown", ...locked(), ...flags],
    remedy: compilerRemedy,
    env,
  });
  return join(targetFolder(), "wasm32-unknown-unknown", "release", "vaultlet.wasm");
}

/**
 * @param {string} core
 * @param {string} to
 */
function bind(core, to) {
  run({
    what: "making the bindings",
    note: "wasm-bindgen; about half a minute the first time",
    program: "cargo",
    args: ["run", "--package", "vaultlet-build", ...locked(), "--", relative(root, core), relative(root, to)],
    remedy: compilerRemedy,
  });
}

/** @param {string} file */
function optimize(file) {
  run({
    what: "optimizing the wasm",
    note: "wasm-opt",
    program: process.execPath,
    args: [join(root, "node_modules", "binaryen", "bin", "wasm-opt"), ...WASM_OPT, file, "-o", file],
    remedy: "remove `node_modules` and try again",
  });
}

/** A developer may change Cargo.toml and let cargo follow; the CI builds what is in the lock file or nothing. */
function locked() {
  return process.env["CI"] ? ["--locked"] : [];
}

/**
 * Our flags as arguments for cargo, without which the package cannot run the wasm. RUSTFLAGS in the environment would
 * make cargo ignore them, so there they are added to the user's.
 * @returns {[string[], NodeJS.ProcessEnv]}
 */
export function rustflags() {
  const { CARGO_ENCODED_RUSTFLAGS: encoded, RUSTFLAGS: plain } = process.env;
  if (!encoded && !plain) {
    return [["--config", `target.wasm32-unknown-unknown.rustflags=${JSON.stringify(RUSTFLAGS)}`], {}];
  }
  say("the RUSTFLAGS of your environment are used as well");
  const yours = encoded ? encoded.split("\x1f") : (plain ?? "").split(/\s+/).filter(Boolean);
  return [[], { CARGO_ENCODED_RUSTFLAGS: [...yours, ...RUSTFLAGS].join("\x1f") }];
}

/** @param {string} rustc */
function fingerprint(rustc) {
  const hash = createHash("sha256");
  for (const path of inputs.flatMap(files)) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  const { CARGO_ENCODED_RUSTFLAGS = "", RUSTFLAGS: plain = "" } = process.env;
  hash.update([rustc, CARGO_ENCODED_RUSTFLAGS, plain, binaryen()].join("\0"));
  return hash.digest("hex");
}

/** @returns {string} */
function binaryen() {
  return JSON.parse(readFileSync(join(root, "node_modules", "binaryen", "package.json"), "utf8")).version;
}

/**
 * The files at or below a path, sorted, so that one tree has one fingerprint.
 * @param {string} path
 * @returns {string[]}
 */
function files(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path)).sort().flatMap((name) => files(`${path}/${name}`));
}
