// @ts-check
// The first screen: its commands work as they are printed, whatever the collections.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { SAMPLES } from "../../pkg/bin/samples.js";
import { openExample } from "../package/example-host.js";
import { serve, temporaryFolder, vaultlet } from "./vaultlet.js";

const run = promisify(execFile);
const { write } = temporaryFolder();

/**
 * Runs the printed commands by a shell, each as its line stands.
 * @param {string} screen
 * @param {Record<string, string>} [env]
 */
async function runPrinted(screen, env = {}) {
  const commands = screen.split("\n").filter((line) => /^ *curl /.test(line));
  /** @type {string[]} */
  const answers = [];
  for (const command of commands) {
    const { stdout } = await run("/bin/sh", ["-c", command], { env: { PATH: process.env["PATH"], ...env } });
    answers.push(stdout);
  }
  return answers;
}

/** @param {string[]} answers @param {Record<string, unknown>} fields */
function checkAnswers(answers, fields) {
  assert.equal(answers.length, 3);
  const [made = "", updated = "", read = ""] = answers;
  const [{ token_id }] = JSON.parse(made);
  assert.equal(updated, "200\n");
  const [token, ...others] = JSON.parse(read);
  assert.deepEqual(others, []);
  assert.equal(token.token_id, token_id);
  assert.deepEqual(token.fields, fields);
  const [{ expiration_time, tags }] = token.metadata.tokens;
  assert.deepEqual(tags, ["first"]);
  assert(Date.parse(expiration_time) - Date.now() > 3_500_000, expiration_time);
}

test("the commands work as printed, and again", async () => {
  const server = await serve();
  const fields = { email: "jane@example.com", name: "Jane Miller" };
  checkAnswers(await runPrinted(server.screen), fields);
  checkAnswers(await runPrinted(server.screen), fields);
});

test("with collections of one's own, and with keys that the server does not know", async () => {
  const collections = write("own.toml", `[empty]\nproperties = {}\n[cards.properties]\nnumber = { type = "CC_NUMBER" }\n`);
  const { stdout } = await vaultlet(["api-key", "Webapp"]);
  const apiKeys = write("keys.toml", /Webapp = .*/.exec(stdout)?.[0] ?? "");
  const server = await serve(["--collections", collections, "--api-keys", apiKeys]);
  assert.match(server.screen, /^ {2}collections {3}empty, cards \(/m);
  assert.match(server.screen, /the variable VAULTLET_API_KEY:$/m);
  const answers = await runPrinted(server.screen, { VAULTLET_API_KEY: /vaultlet_\S+/.exec(stdout)?.[0] ?? "" });
  checkAnswers(answers, { number: "4111111111111111" });
});

test("where no collection has a property, one command asks whether it runs", async () => {
  const server = await serve(["--collections", write("none.json", {})]);
  assert.match(server.screen, /^ {2}collections {3}none \(/m);
  const [answer = "", ...others] = await runPrinted(server.screen);
  assert.deepEqual([JSON.parse(answer), others], [{ status: "pass" }, []]);
});

test("there is a sample of every type, the vault takes it, and a shell's quotes can hold it", async () => {
  for (const [type, value] of Object.entries(SAMPLES)) {
    const vault = await openExample({ collections: { all: { properties: { value: { type } } } } });
    const requestBody = [{ type: /** @type {const} */ ("pci"), object: { fields: { value } } }];
    await vault.as("tester").tokens.tokenize({ collection: "all", reason: "Maintenance", requestBody });
    assert(!JSON.stringify(value).includes("'"), type);
    vault.close();
  }
});
