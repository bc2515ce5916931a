// @ts-check
// Runs the tests: `cargo test` with `--rust`, then every `*.test.js` under tests/; only those of one store with
// `--store NAME`, or only the files that it is given. Node's own search for tests differs between its versions, and a
// shell's patterns between systems.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";

import { root } from "./command.js";
import { setupTests } from "./steps.js";

/** @import { EngineName } from "./engines.js" */

/** The stores, where each is tested, and what has to be there for it. @type {Record<string, [file: string, ...EngineName[]]>} */
const stores = {
  memory: ["memory"],
  postgres: ["postgres"],
  sqlite: ["sqlite"],
  d1: ["workers"],
  "durable-object": ["workers"],
  redis: ["redis", "redis"],
  dynamodb: ["dynamodb", "python"],
  indexeddb: ["indexeddb", "chromium"],
};

const given = process.argv.slice(2);
process.exitCode = given.includes("--store") ? ofStore(given) : given.some(isFile) ? javascript(given) : everything(given);

/** @param {string} argument */
function isFile(argument) {
  return !argument.startsWith("-");
}

/** @param {string[]} given */
function ofStore(given) {
  const at = given.indexOf("--store");
  const [file, ...needs] = stores[given[at + 1] ?? ""] ?? [];
  if (file === undefined) {
    console.error(`\`--store\` must be one of ${Object.keys(stores).join(", ")}`);
    return 1;
  }
  if (!setupTests(needs)) return 1;
  const options = [...given.slice(0, at), ...given.slice(at + 2)].filter((argument) => argument !== "--rust");
  return javascript([...options, `tests/store/${file}.test.js`]);
}

/** @param {string[]} given */
function everything(given) {
  if (!setupTests()) return 1;
  if (given.includes("--rust")) {
    const { status } = spawnSync("cargo", ["test", "--workspace"], { cwd: root, stdio: "inherit" });
    if (status !== 0) return status ?? 1;
  }
  return javascript([...given.filter((argument) => argument !== "--rust"), ...allFiles()]);
}

/** @param {string[]} given options of Node's, and files */
function javascript(given) {
  const options = given.filter((argument) => !isFile(argument));
  const files = given.filter(isFile);
  if (files.length === 0) {
    console.error("there are no JavaScript tests under `tests/`");
    return 1;
  }
  // Two at least, where Node would take one: most of these tests wait for an engine, and not for the processor.
  const atOnce = `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`;
  const args = ["--test", "--test-reporter=spec", atOnce, ...options, ...files];
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
}

function allFiles() {
  return readdirSync(`${root}tests`, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.js"))
    .sort()
    .map((path) => `tests/${path.replaceAll("\\", "/")}`);
}
