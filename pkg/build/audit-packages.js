// @ts-check
// What the npm registry knows against the packages in package-lock.json that whoever installs ours gets.

import { spawnSync } from "node:child_process";

import { SetupError, root } from "./command.js";
import { npm } from "./packages.js";

/**
 * What `npm audit` answers: a report, or why there is none.
 * @typedef {object} Answer
 * @property {Record<string, Vulnerability>} [vulnerabilities]
 * @property {string} [message]
 * @property {{ summary?: string }} [error]
 *
 * @typedef {object} Vulnerability
 * @property {string} name
 * @property {string} severity
 * @property {string} range
 * @property {(string | { title: string, url: string })[]} via packages that it depends on, or what it is itself
 */

/** @returns {boolean} whether nothing is known against them */
export function auditPackages() {
  const vulnerabilities = Object.values(ask());
  for (const { name, severity, range, via } of vulnerabilities) {
    const reasons = via.map((reason) => (typeof reason === "string" ? reason : `${reason.title} (${reason.url})`));
    console.error(`${severity}: ${name} ${range}: ${reasons.join(", ")}`);
  }
  if (vulnerabilities.length === 0) console.log("nothing is known against them");
  return vulnerabilities.length === 0;
}

/** @returns {Record<string, Vulnerability>} by the package's name */
function ask() {
  const [program, ...first] = npm();
  const args = [...first, "audit", "--omit=dev", "--package-lock-only", "--json", "--fetch-retries=0"];
  const { stdout } = spawnSync(program, args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  const answer = parse(stdout);
  if (answer.vulnerabilities) return answer.vulnerabilities;
  const cause = answer.message || answer.error?.summary || "it did not answer";
  throw new SetupError(
    // npm adds the address to what the registry said.
    `the npm registry told of no advisories: ${cause.replace(/ - (POST|GET) \S+$/, "")}`,
    "run it where npm reaches a registry that answers `npm audit`: its own does, mirrors may not",
  );
}

/**
 * @param {string | null} text
 * @returns {Answer}
 */
function parse(text) {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return {};
  }
}
