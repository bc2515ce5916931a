// @ts-check
// The package as its users have it: packed by npm, and installed from that tarball into a folder that has never heard
// of this checkout. What the package depends on comes from node_modules/ of the checkout, so that nothing is fetched:
// the registry is not what is tested.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { root } from "../../pkg/build/command.js";
import { npm } from "../../pkg/build/packages.js";

export { root };

const PATIENCE_MS = 120_000;

/** What `session.js` prints when everything went well. */
export const DONE = 'done: {"email":"jane@example.com","rotated":true,"left":0}';

/**
 * @typedef {object} Installed
 * @property {string} tarball
 * @property {string} folder whose node_modules/ has the package and what it depends on
 */

/**
 * Packs the package and unpacks the tarball beside the packages that it depends on, as `npm install` leaves them. That
 * npm itself does so, `node.test.js` holds; npm takes ten times as long.
 * @returns {Promise<Installed>}
 */
export async function unpack() {
  const folder = makeFolder();
  const [name = ""] = await pack(folder, ["./pkg"]);
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "vaultlet"), { recursive: true });
  await run("tar", ["-xzf", name, "--strip-components=1", "-C", join("node_modules", "vaultlet")], { cwd: folder });
  for (const name of dependencies()) cpSync(join(root, "node_modules", name), join(modules, name), { recursive: true });
  return { tarball: join(folder, name), folder };
}

/**
 * Packs the package and installs it, both by npm. What it depends on is packed as well, so that npm needs no network.
 * @returns {Promise<Installed>}
 */
export async function install() {
  const folder = makeFolder();
  const names = await pack(folder, ["./pkg", ...dependencies().map((name) => `./node_modules/${name}`)]);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const [program, ...first] = npm();
  const given = names.map((name) => `./${name}`);
  await run(program, [...first, "install", "--offline", "--no-audit", "--no-fund", ...given], { cwd: folder });
  return { tarball: join(folder, names[0] ?? ""), folder };
}

/** @returns {string} a fresh folder, which goes with the process; with `KEEP` set it stays */
export function makeFolder() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vaultlet-packaged-")));
  // Not an `after` of the runner: made in a `before`, it would be that one's, and run at once.
  process.on("exit", () => (process.env["KEEP"] ? console.log(`kept: ${folder}`) : rmSync(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 })));
  return folder;
}

/** @returns {string[]} */
function dependencies() {
  return Object.keys(JSON.parse(readFileSync(join(root, "pkg", "package.json"), "utf8")).dependencies);
}

/**
 * @param {string} to
 * @param {string[]} folders in the checkout
 * @returns {Promise<string[]>} the tarballs' names
 */
async function pack(to, folders) {
  const [program, ...first] = npm();
  const printed = await run(program, [...first, "pack", "--silent", "--pack-destination", to, ...folders], { cwd: root });
  const names = printed.trim().split("\n");
  assert.equal(names.length, folders.length, printed);
  return names;
}

/**
 * Makes a project in the installed folder: its files, and links to the tools of the checkout that it imports.
 * `session.js` is among its files.
 * @param {Installed} installed
 * @param {string} name
 * @param {Record<string, string>} files by their paths
 * @param {string[]} [tools] package names, or `name as other name`
 */
export function project({ folder }, name, files, tools = []) {
  const place = join(folder, name);
  mkdirSync(place);
  for (const [path, text] of Object.entries({ "package.json": '{ "private": true, "type": "module" }', ...files })) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  cpSync(join(root, "tests", "packaged", "session.js"), join(place, "session.js"));
  for (const tool of tools) {
    const [from = "", to = from] = tool.split(" as ");
    const link = join(place, "node_modules", to);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", from), link);
  }
  return place;
}

/**
 * Runs a program and answers what it printed. One that fails, or takes too long, throws with all that it said.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>}
 */
export async function run(program, args, options) {
  const { status, stdout, stderr } = await outcome(program, args, options);
  // The end of it: what fails in a bundle is printed with its line, which may be the whole bundle.
  assert.equal(status, 0, [[program, ...args].join(" "), stdout.slice(-2000), stderr.slice(-2000)].join("\n"));
  return stdout;
}

/**
 * Runs a program to its end, however it ends.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ status: number | null, stdout: string, stderr: string }>}
 */
export function outcome(program, args, { cwd, env = {} }) {
  return new Promise((resolve, reject) => {
    // What npm and the test runner say to their children is not said to the children of ours.
    const clean = Object.entries(process.env).filter(([name]) => !/^(?:npm_|NODE_)/.test(name));
    const child = spawn(program, args, {
      cwd,
      env: { ...Object.fromEntries(clean), NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: PATIENCE_MS,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/**
 * The script of a tool in the checkout, to be run by Node.
 * @param {string} path in node_modules/
 */
export function tool(path) {
  const file = join(root, "node_modules", path);
  assert(existsSync(file), `there is no ${path}: \`npm run setup\` brings it`);
  return file;
}

/**
 * The files below a folder, by their paths in it.
 * @param {string} folder
 */
export function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll("\\", "/"));
}
