// @ts-check
// The Python packages that the tests need, in a virtual environment of their own: `target/python`.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root, run } from "./command.js";

const isWindows = process.platform === "win32";

/** How the system's Python is started. */
export const python3 = isWindows ? "python" : "python3";

const folder = join(root, "target", "python");
const programs = join(folder, isWindows ? "Scripts" : "bin");

/** A program of the environment. @param {string} name such as `python` or `schemathesis` */
export const pythonProgram = (name) => join(programs, isWindows ? `${name}.exe` : name);

/**
 * Makes the environment, where there is none or other packages are asked for.
 * @returns {boolean} whether there was anything to do
 */
export function installPython() {
  const list = join(root, "tests", "requirements.txt");
  const wanted = createHash("sha256").update(readFileSync(list)).digest("hex");
  const stamp = join(folder, ".installed-list");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(pythonProgram("python"))) return false;
  // Half of one, or an older one: what it has too much would stay.
  rmSync(folder, { recursive: true, force: true });
  run({
    what: "making a Python environment",
    note: "python3 -m venv target/python",
    program: python3,
    args: ["-m", "venv", folder],
    remedy: "install Python 3.10 or later with `venv` (on Debian, as root: `apt-get install python3-venv`)",
  });
  run({
    what: "installing the Python packages",
    note: "pip install, into target/python; about two minutes, once",
    program: pythonProgram("python"),
    args: ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", list],
    remedy: "read pip's message above; it has to reach the network",
  });
  writeFileSync(stamp, wanted);
  return true;
}
