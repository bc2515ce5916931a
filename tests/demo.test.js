// @ts-check
// `npm run demo`: it ends well, reads well, and does not end well when something under it is broken.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { memoryStore } from "vaultlet/store/memory";

import { Witness, holds } from "../examples/witness.js";

/** @import { VaultClient } from "vaultlet" */

const root = fileURLToPath(new URL("../", import.meta.url));
const sabotage = new URL("./demo-sabotage.js", import.meta.url);

/**
 * @param {string[]} [nodeOptions]
 * @param {NodeJS.ProcessEnv} [env]
 */
function runDemo(nodeOptions = [], env = {}) {
  const run = spawnSync(process.execPath, [...nodeOptions, "examples/demo.js"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { ...run, lines: run.stdout.split("\n") };
}

test("the demo ends well, with every step of the main job in it", () => {
  const { status, stdout, stderr } = runDemo();
  assert.equal(stderr, "");
  assert.equal(status, 0);
  for (const step of [
    "Open a vault",
    "Make one token of each type",
    "Detokenize",
    "Update a token's data from `fields`",
    "Encrypt an object",
    "Update a token's data from ciphertext",
    "Update tags and expiry by tag",
    "Rotate several tokens",
    "Search, count, delete",
    "A caller whom the policy refuses",
    "A lost reply, and the retry",
    "Rows that somebody changed",
    "What the store holds",
  ]) {
    assert.match(stdout, new RegExp(`^ ?\\d+  ${step}$`, "m"));
  }
  assert.match(stdout, /^13 steps, and all \d+ checks hold\.$/m);
  assert(!stdout.includes("✗"));
});

test("it fits a terminal, and without one it has no colours", () => {
  const { stdout, lines } = runDemo([], { FORCE_COLOR: "1" });
  assert(!stdout.includes("\u001b"));
  const longest = Math.max(...lines.map((line) => line.length));
  assert(longest > 80 && longest <= 100, `the longest line has ${longest} characters`);
});

test("in a terminal it has colours, unless NO_COLOR is set", () => {
  const terminal = ["--import", "data:text/javascript,process.stdout.isTTY = true"];
  assert(runDemo(terminal, { NO_COLOR: "" }).stdout.includes("\u001b[32m✓\u001b[0m "));
  assert(!runDemo(terminal, { NO_COLOR: "1" }).stdout.includes("\u001b"));
});

/** What is broken, and the step at which it must be noticed. */
const broken = /** @type {const} */ ([
  ["drops-writes", "step 2, “Make one token of each type”"],
  ["keeps-old-data", "step 4, “Update a token's data from `fields`”"],
  ["forgets-transactions", "step 11, “A lost reply, and the retry”"],
  ["refuses-intruders", "step 12, “Rows that somebody changed”"],
  ["holds-readable-text", "step 13, “What the store holds”"],
]);

for (const [kind, step] of broken) {
  test(`over a store that is broken (${kind}), it fails and says where`, () => {
    const { status, stdout, stderr } = runDemo(["--import", `${sabotage.href}?${kind}`]);
    assert.equal(status, 1);
    assert(stderr.includes(`the demo failed at ${step}: `), stderr);
    assert(!stdout.includes("checks hold"));
  });
}

test("the witness finds a text in every place of a row where it could be", async () => {
  const store = memoryStore();
  const witness = new Witness();
  const tokenId = "8170c5b3-51bd-4842-927a-b784df565420";
  const client = /** @type {VaultClient} */ (
    /** @type {unknown} */ ({ tokens: { rotateTokens: async () => ({ [tokenId]: "new-token" }) }, crypto: {} })
  );
  await witness.watch(client).tokens.rotateTokens({ collection: "customers", tokenIds: ["old-token"], reason: "Other" });
  const [key, label] = ["K".repeat(22), "L".repeat(22)];
  const row = { key, version: 1, terms: [label], claims: [label], expiresAt: null, pruneAt: null, sealed: new Uint8Array(40) };
  assert(await store.write([{ key, expect: null, row }]));
  assert.deepEqual(witness.findIn(store.rows()), []);

  const hiding = (/** @type {string} */ text, form = Buffer.from(text)) => [
    { ...row, sealed: new Uint8Array(Buffer.concat([new Uint8Array(9), form, new Uint8Array(3)])) },
    { ...row, terms: [label, form.toString("base64url")] },
    { ...row, claims: [form.toString("latin1")] },
  ];
  for (const text of ["customers", "old-token", "new-token", tokenId]) {
    for (const leaking of hiding(text)) assert.deepEqual(witness.findIn([row, leaking]), [text]);
  }
  const uuid = Buffer.from(tokenId.replaceAll("-", ""), "hex");
  for (const leaking of hiding(tokenId, uuid).slice(0, 2)) assert.deepEqual(witness.findIn([leaking]), [tokenId]);
  assert(holds(row, key) && !holds(row, "somewhere else"));
});
