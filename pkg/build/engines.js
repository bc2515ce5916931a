// @ts-check
// The programs that the tests start and npm does not bring: Redis, the browsers, a Python that can make environments.
// On Debian, as root, what is missing is installed; elsewhere its remedy is said.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { SetupError, ask, run } from "./command.js";
import { python3 } from "./python.js";

/**
 * @typedef {object} Engine
 * @property {string} what
 * @property {string} debian the package that has it
 * @property {() => boolean} isThere
 * @property {string} elsewhere how to have it where there is no such package
 */

/** Whether a program is on the PATH. @param {string} program */
const isOnPath = (program) =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => isProgram(join(folder, program)) || isProgram(join(folder, `${program}.exe`)));

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A browser stands where Debian puts it, or where a variable says. @type {(variable: string, usual: string) => boolean} */
const isBrowserThere = (variable, usual) => isProgram(process.env[variable] ?? usual);

/** @type {Record<"redis" | "python" | "chromium" | "firefox", Engine>} */
const engines = {
  redis: {
    what: "Redis",
    debian: "redis-server",
    isThere: () => isOnPath("redis-server") && isOnPath("redis-cli"),
    elsewhere: "install Redis 7, so that `redis-server` and `redis-cli` are on the PATH",
  },
  python: {
    what: "a Python with `venv`",
    debian: "python3-venv",
    isThere: () => ask(python3, ["-c", "import venv, ensurepip"]) !== null,
    elsewhere: `install Python 3.10 or later with \`venv\` and \`ensurepip\`, so that \`${python3}\` is on the PATH`,
  },
  chromium: {
    what: "Chromium",
    debian: "chromium",
    isThere: () => isBrowserThere("CHROMIUM", "/usr/bin/chromium"),
    elsewhere: "install Chromium or Chrome, and set the variable `CHROMIUM` to the path of its program",
  },
  firefox: {
    what: "Firefox",
    debian: "firefox-esr",
    isThere: () => isBrowserThere("FIREFOX", "/usr/bin/firefox-esr"),
    elsewhere: "install Firefox, and set the variable `FIREFOX` to the path of its program",
  },
};

/** @typedef {keyof typeof engines} EngineName */

/** All of them. */
export const everyEngine = /** @type {EngineName[]} */ (Object.keys(engines));

/**
 * Installs what is missing.
 * @param {EngineName[]} names
 * @returns {boolean} whether there was anything to do
 */
export function installEngines(names) {
  const missing = names.map((name) => engines[name]).filter(({ isThere }) => !isThere());
  if (missing.length === 0) return false;
  if (!isDebianRoot()) {
    throw new SetupError(`the tests need ${missing.map(({ what }) => what).join(", ")}`, remedyOf(missing));
  }
  install("refreshing Debian's list of packages", ["update", "-qq"]);
  for (const { what, debian, isThere, elsewhere } of missing) {
    install(`installing ${what}`, ["install", "-y", "-qq", "--no-install-recommends", debian]);
    if (!isThere()) throw new SetupError(`\`${debian}\` is installed, and ${what} is not found`, elsewhere);
  }
  return true;
}

const isDebianRoot = () => process.getuid?.() === 0 && isOnPath("apt-get");

/** @param {Engine[]} missing */
function remedyOf(missing) {
  const debian = `as root on Debian, \`apt-get install ${missing.map(({ debian }) => debian).join(" ")}\``;
  return [debian, ...missing.map(({ elsewhere }) => `elsewhere, ${elsewhere}`)].join("; ");
}

/** @type {(what: string, args: string[]) => void} */
function install(what, args) {
  run({
    what,
    note: `apt-get ${args.filter((arg) => !arg.startsWith("-")).join(" ")}`,
    program: "apt-get",
    // Somebody else may be installing: it is waited for.
    args: ["-o", "DPkg::Lock::Timeout=600", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    remedy: "read apt-get's message above; it has to reach the network",
  });
}
