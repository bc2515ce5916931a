// @ts-check
// The documents' examples run as they stand, and print what they claim to print.

import assert from "node:assert/strict";
import { test } from "node:test";

import { blocksOf, claimsOf, readDocument, runModule } from "./code-blocks.js";

/** How many blocks a document has. They run as one module, in their order. @type {[path: string, blocks: number][]} */
const documents = [
  ["README.md", 1],
  ["docs/api.md", 15],
  ["docs/host.md", 1],
  ["docs/stores/postgres.md", 1],
  ["docs/stores/sqlite.md", 1],
];

for (const [path, count] of documents) {
  test(`the example in ${path} runs as it stands`, () => {
    const blocks = blocksOf(path, "js");
    assert.equal(blocks.length, count);
    const code = blocks.join("\n");
    const claims = claimsOf(code);
    assert.equal(claims.length, code.match(/console\.log/g)?.length, "a `console.log` without its claim");
    assert(claims.length >= 2);
    const { status, stderr, printed } = runModule(code);
    assert.equal(stderr, "");
    assert.equal(status, 0);
    assert.deepEqual(printed, claims);
  });
}

test("an example that throws, or prints something else, would be noticed", () => {
  const [code = ""] = blocksOf("README.md", "js");
  assert.notEqual(runModule(code.replace("role: \"support\"", "role: \"guest\"")).status, 0);
  const { printed } = runModule(code.replaceAll("example.org", "example.net"));
  assert.notDeepEqual(printed, claimsOf(code));
});

test("the README's example is about 25 lines, and the README a screen and a half", () => {
  const [code = ""] = blocksOf("README.md", "js");
  const lines = code.trimEnd().split("\n").length;
  assert(lines >= 20 && lines <= 28, `${lines} lines of example`);
  const length = readDocument("README.md").split("\n").length;
  assert(length <= 125, `${length} lines of README`);
});
