// @ts-check
// What the RustSec database and crates.io know against the crates in Cargo.lock: advisories, and versions that were
// yanked.

import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { cargoDeny } from "./cargo-deny.js";
import { SetupError, ask, root } from "./command.js";
import { deny } from "./deny.js";

const database = "https://github.com/RustSec/advisory-db";

/** Days after which a clone says too little. */
const oldest = 90;

/**
 * @param {string} [clone] of the database, to be used in its place
 * @returns {boolean} whether nothing is known against them
 */
export function auditCrates(clone) {
  fetchDatabase(clone);
  fetchIndex();
  const [program, args] = deny(["advisories"], "--offline");
  return spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

/** @param {string} [clone] */
function fetchDatabase(clone) {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: "0", ...(clone === undefined ? {} : instead(clone)) };
  const [program, ...args] = cargoDeny();
  const { status, stderr } = spawnSync(program, [...args, "fetch", "db"], { cwd: root, env, encoding: "utf8" });
  if (status === 0) return;
  throw new SetupError(
    `the RustSec database did not come: ${cause(stderr)}`,
    `run it where the network reaches ${database}, or bring a clone of that: npm run audit -- --database FOLDER`,
  );
}

/**
 * The environment in which git takes a clone for the database. cargo-deny itself takes a folder from deny.toml alone,
 * and looks in it for a name that ends in a hash; but it fetches by git.
 * @param {string} clone
 * @returns {NodeJS.ProcessEnv}
 */
function instead(clone) {
  const folder = resolve(root, clone);
  const date = ask("git", ["-C", folder, "log", "-1", "--format=%cs", "main"]);
  const remedy = `git clone ${database}, and name the folder that it makes`;
  if (date === null) throw new SetupError(`\`${clone}\` is no clone of the RustSec database`, remedy);
  if (Date.now() - Date.parse(date) > oldest * 24 * 60 * 60 * 1000) {
    throw new SetupError(`\`${clone}\` is older than ${oldest} days: its last change is of ${date}`, remedy);
  }
  console.log(`\`${clone}\` is used, whose last change is of ${date}`);
  const count = Number(process.env["GIT_CONFIG_COUNT"] ?? 0);
  return {
    GIT_CONFIG_COUNT: String(count + 1),
    [`GIT_CONFIG_KEY_${count}`]: `url.${pathToFileURL(folder)}.insteadOf`,
    [`GIT_CONFIG_VALUE_${count}`]: database,
  };
}

/** cargo keeps what it has read of crates.io, and cargo-deny reads what it keeps: a later yank would go unseen. */
function fetchIndex() {
  const { status, stderr } = spawnSync("cargo", ["update", "--dry-run"], { cwd: root, encoding: "utf8" });
  if (status === 0) return;
  throw new SetupError(
    `crates.io did not say which versions are yanked: ${cause(stderr)}`,
    "run it where the network reaches crates.io",
  );
}

/**
 * The line in which git or cargo says it.
 * @param {string | null} said
 */
function cause(said) {
  const lines = (said ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
  return lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? "there was no answer";
}
