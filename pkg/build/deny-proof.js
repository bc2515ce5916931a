// @ts-check
// Proves that deny.toml is awake: alters what cargo says of the crates, not the crates, and wants each change
// refused. Without this a lost line in deny.toml would look like good crates.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./command.js";
import { deny } from "./deny.js";
import { targetFolder } from "./rust.js";

/**
 * What is altered, so that it shows whether cargo says it otherwise.
 * @typedef {object} Metadata
 * @property {Package[]} packages
 * @property {{ nodes: Node[] }} resolve
 *
 * @typedef {object} Package
 * @property {string} id
 * @property {string} name
 * @property {string} version
 * @property {string | null} license
 * @property {string | null} source
 * @property {{ name: string, req: string }[]} dependencies
 *
 * @typedef {object} Node
 * @property {string} id
 * @property {string[]} dependencies
 * @property {{ pkg: string }[]} deps
 */

/** @type {[what: string, plant: (metadata: Metadata) => void, refusal: string][]} each at another crate */
const plants = [
  [
    "a licence that is not listed",
    (metadata) => Object.assign(crate(metadata, "sha2"), { license: "GPL-3.0-only" }),
    "error[rejected]: failed to satisfy license requirements",
  ],
  [
    "a dependency on any version",
    (metadata) => Object.assign(dependency(crate(metadata, "vaultlet"), "time"), { req: "*" }),
    "error[wildcard]: found 1 wildcard dependency for crate 'vaultlet'",
  ],
  [
    "a second version of a crate",
    (metadata) => double(metadata, "zeroize"),
    "error[duplicate]: found 2 duplicate entries for crate 'zeroize'",
  ],
  [
    "a crate from git",
    (metadata) => Object.assign(crate(metadata, "hkdf"), { source: "git+https://git.invalid/hkdf?rev=0#0" }),
    "error[source-not-allowed]: detected 'git' source",
  ],
  [
    "a crate from another registry",
    (metadata) => Object.assign(crate(metadata, "hmac"), { source: "registry+https://registry.invalid/index" }),
    "error[source-not-allowed]: detected 'registry' source",
  ],
];

/** @returns {boolean} whether cargo deny refused every plant */
export function proveDeny() {
  const metadata = read();
  for (const [, plant] of plants) plant(metadata);
  const said = check(metadata);
  const missing = plants.filter(([, , refusal]) => !said.includes(refusal));
  for (const plant of plants) {
    if (!missing.includes(plant)) console.log(`cargo deny refuses ${plant[0]}`);
  }
  for (const [what] of missing) console.error(`cargo deny does not refuse ${what}`);
  if (missing.length > 0) console.error(`it said:\n${said}`);
  return missing.length === 0;
}

/** @returns {Metadata} */
function read() {
  const args = ["metadata", "--locked", "--format-version", "1"];
  const { status, stdout, stderr } = spawnSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`\`cargo metadata\` failed:\n${stderr}`);
  return JSON.parse(stdout);
}

/**
 * What cargo deny says of such crates; nothing, if it passes them.
 * @param {Metadata} metadata
 */
function check(metadata) {
  const folder = targetFolder();
  const file = join(folder, "deny-proof.json");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(metadata));
  const [program, args] = deny(["licenses", "bans", "sources"], "--metadata-path", file);
  const env = { ...process.env, CARGO_TERM_COLOR: "never" };
  const { status, stderr } = spawnSync(program, args, { cwd: root, env, encoding: "utf8", maxBuffer: 2 ** 26 });
  rmSync(file);
  return status === 0 ? "" : stderr;
}

/**
 * @param {Metadata} metadata
 * @param {string} name
 */
function crate(metadata, name) {
  return only(name, metadata.packages.filter((found) => found.name === name));
}

/**
 * @param {Package} of
 * @param {string} name
 */
function dependency(of, name) {
  return only(name, of.dependencies.filter((found) => found.name === name));
}

/**
 * @param {Metadata} metadata
 * @param {Package} of
 */
function node(metadata, of) {
  return only(of.name, metadata.resolve.nodes.filter((found) => found.id === of.id));
}

/**
 * @template T
 * @param {string} name
 * @param {T[]} found
 * @returns {T}
 */
function only(name, [first]) {
  if (first === undefined) throw new Error(`cargo says nothing of \`${name}\`, in which something is planted`);
  return first;
}

/**
 * Has the core depend on a crate once more, in a later version.
 * @param {Metadata} metadata
 * @param {string} name
 */
function double(metadata, name) {
  const first = crate(metadata, name);
  const version = first.version.replace(/\.\d+\.\d+$/, ".999.0");
  const second = { ...first, version, id: first.id.replace(first.version, version) };
  metadata.packages.push(second);
  metadata.resolve.nodes.push({ ...node(metadata, first), id: second.id });
  const core = node(metadata, crate(metadata, "vaultlet"));
  core.dependencies.push(second.id);
  core.deps.push(...core.deps.filter(({ pkg }) => pkg === first.id).map((edge) => ({ ...edge, pkg: second.id })));
}
