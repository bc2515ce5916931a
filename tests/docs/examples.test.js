// @ts-check
// The documents' examples run as they stand, and print what they claim to print.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { blocksOf, claimsOf, readDocument, root, runModule } from "./code-blocks.js";

/** How many blocks a document has. They run as one module, in their order. @type {[path: string, blocks: number][]} */
const documents = [
  ["README.md", 1],
  ["docs/api.md", 15],
  ["docs/host.md", 1],
  ["docs/keeping.md", 1],
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

test("no page of a store makes its keys at each start, and every one says how they are kept", () => {
  const pages = readdirSync(new URL("docs/stores/", root)).filter((name) => name !== "README.md");
  assert(pages.length >= 7);
  for (const page of pages) {
    const text = readDocument(`docs/stores/${page}`);
    assert(!text.includes("generateKeys()"), page);
    assert(text.includes("](README.md#keys)"), page);
  }
});

test("the command that makes the keys, in docs/stores/README.md, makes a keyring", async () => {
  const [, file = ""] = /node node_modules\/vaultlet\/(\S+) keys > keys\.json/.exec(readDocument("docs/stores/README.md")) ?? [];
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(new URL(`pkg/${file}`, root)), "keys"], { encoding: "utf8" });
  const collections = /** @type {const} */ ({ customers: { properties: { email: { type: "EMAIL" } } } });
  const policy = () => /** @type {const} */ ({ allow: true });
  const vault = await openVault({ keys: JSON.parse(stdout), collections, store: memoryStore(), policy });
  vault.close();
});

test("no example makes a transaction ID that others could guess", () => {
  const files = ["README.md", ...["docs/", "pkg/", "examples/"].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
      .filter((name) => !name.includes("node_modules") && (folder === "examples/" ? name.endsWith(".js") : /\.(?:md|d\.ts)$/.test(name)))
      .map((name) => folder + name.replaceAll("\\", "/")),
  )];
  let count = 0;
  for (const path of files) {
    for (const [text, value = ""] of readDocument(path).matchAll(/\btransaction_?id["']?(?: ?[:=] ?|%3D)(["'`\w][^\s,;)}|]*)/gi)) {
      // What is declared, and what was made just before.
      if (/^(?:string\b|transactionId\b)/.test(value)) continue;
      count += 1;
      assert.match(value, /^(?:globalThis\.)?crypto\.randomUUID\(/, `${path}: ${text}`);
    }
  }
  assert(count >= 4, `${count} examples`);
});

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
