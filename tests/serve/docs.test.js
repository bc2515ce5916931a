// @ts-check
// docs/serve.md says what is so: every option with its variable, and files that load as they stand.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { OPTIONS, readOptions, variableOf } from "../../pkg/bin/options.js";
import { blocksOf, readDocument } from "../docs/code-blocks.js";
import { serve, temporaryFolder } from "./vaultlet.js";

const text = readDocument("docs/serve.md");
const { write } = temporaryFolder();

test("every option is in the table, with what it is called", () => {
  const rows = Array.from(text.matchAll(/^\| `--([a-z-]+) ([A-Z]+)` \| (.*?) \|/gm), ([, name, value, absent]) => ({ name, value, absent }));
  assert.deepEqual(
    rows.map(({ name, value }) => [name, value]),
    Object.entries(OPTIONS).map(([name, { value }]) => [name, value]),
  );
  const absent = readOptions([], {});
  assert.deepEqual(
    rows.filter(({ name }) => ["port", "host", "store", "log"].includes(String(name))).map(({ absent }) => absent),
    [String(absent.port), absent.host, `\`${absent.store}\``, `\`${absent.log}\``],
  );
  assert.equal(absent.maxBody, 4 * 1024 * 1024);
  assert.equal(variableOf("max-body"), "VAULTLET_MAX_BODY");
});

test("the files load as they stand", async () => {
  const [collections = "", apiKeys = ""] = blocksOf("docs/serve.md", "toml");
  const server = await serve(["--collections", write("collections.toml", collections), "--api-keys", write("keys.toml", apiKeys)]);
  assert.match(server.screen, /^ {2}collections {3}customers, cards \(/m);
  assert.match(server.screen, /^ {2}callers {7}Webapp, Newsletter, /m);
});

test("`npm start` serves, after the set-up", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.match(scripts.start, /^node pkg\/build\/setup\.js && .*node pkg\/bin\/vaultlet\.js serve$/);
});
