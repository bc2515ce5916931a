// @ts-check
// Installs the npm packages that the lock file names, when the ones installed are not those.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root, run } from "./command.js";

/** What the package needs to be built and used, and what a workspace of its own lists: what only the tests start. */
export const OWN = ["--workspace=pkg", "--include-workspace-root"];
export const EVERYTHING = /** @type {string[]} */ ([]);

/**
 * Runs `npm ci` where it is needed.
 * @param {typeof OWN | typeof EVERYTHING} which
 * @returns {boolean} whether there was anything to do
 */
export function installPackages(which) {
  // The lock file's content and not its time: a checkout changes times and not always content.
  const lock = readFileSync(join(root, "package-lock.json"));
  const wanted = createHash("sha256").update(lock).digest("hex");
  const stamp = join(root, "node_modules", ".installed-lock");
  const [installed = "", ...part] = existsSync(stamp) ? readFileSync(stamp, "utf8").split(" ") : [];
  if (installed === wanted && (part.length === 0 || which === OWN)) return false;
  const [program, ...first] = npm();
  run({
    what: which === OWN ? "installing the npm packages" : "installing the npm packages, those of the tests too",
    note: which === OWN ? "npm ci" : "npm ci; some minutes the first time",
    program,
    args: [...first, "ci", ...which, "--include=dev", "--no-audit", "--no-fund"],
    remedy: "read npm's message above; it has to reach the network",
  });
  writeFileSync(stamp, [wanted, ...which].join(" "));
  return true;
}

/**
 * How to start npm. On Windows `npm` is a batch file, which Node does not start without a shell; npm names
 * its own script to the scripts it runs.
 * @returns {[string, ...string[]]}
 */
export function npm() {
  const script = process.env["npm_execpath"];
  return script?.endsWith("npm-cli.js") ? [process.execPath, script] : ["npm"];
}
