// @ts-check
// Runs the JavaScript tests: every `*.test.js` under tests/, or the files it is given. Node's own search
// differs between its versions, and a shell's patterns between systems.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

import { root } from "./command.js";

const given = process.argv.slice(2);
const options = given.filter((argument) => argument.startsWith("-"));
const named = given.filter((argument) => !argument.startsWith("-"));
const files = named.length > 0 ? named : found();

if (files.length === 0) {
  console.error("there are no JavaScript tests under `tests/`");
  process.exitCode = 1;
} else {
  const args = ["--test", "--test-reporter=spec", ...options, ...files];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
}

function found() {
  return readdirSync(`${root}tests`, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.js"))
    .sort()
    .map((path) => `tests/${path.replaceAll("\\", "/")}`);
}
