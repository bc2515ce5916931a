// @ts-check
// Makes a fresh clone ready to run: `npm run demo` and `npm test` begin with it. Every step looks first
// whether there is anything to do. With `--tests`, it brings what the tests need, too. This file runs on any Node that
// knows modules, so that an old one gets an answer and not a syntax error; everything newer is imported after the check.

const needed = 20;
const found = process.versions.node;

if (Number(found.split(".")[0]) < needed) {
  console.error("set-up failed: node `" + found + "` is too old, `" + needed + "` or later is needed");
  console.error("remedy: install a current Node from https://nodejs.org");
  process.exitCode = 1;
} else {
  import("./steps.js").then((steps) => (process.argv.includes("--tests") ? steps.setupTests() : steps.setup()));
}
