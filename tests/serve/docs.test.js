// @ts-check
// docs/serve.md says what is so: every option with its variable, and files that load as they stand.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readCollections } from "../../pkg/bin/collections.js";
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

test("the collection that is there without `--collections` is described", () => {
  const [, described = ""] = /there is one collection, (`customers`, with .*?)\.\n/s.exec(text) ?? [];
  const [required = "", nullable = ""] = described.split("each nullable");
  const typesIn = (/** @type {string} */ part) => Array.from(part.matchAll(/`(\w+)` \(`(\w+)`\)/g), ([, name, type]) => [name, type]);
  const entries = Object.entries(readCollections(readOptions([], {}))["customers"]?.properties ?? {});
  const typesOf = (/** @type {boolean} */ isNullable) =>
    entries.filter(([, property]) => (property.nullable ?? false) === isNullable).map(([name, { type }]) => [name, type]);
  assert.deepEqual([typesIn(required), typesIn(nullable)], [typesOf(false), typesOf(true)]);
});

test("the file that a supervisor starts is the command's", () => {
  const [, named = ""] = /`node node_modules\/vaultlet\/(\S+) serve`/.exec(text) ?? [];
  const { bin } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));
  assert.equal(named, bin.vaultlet);
});

test("`npm start` serves, after the set-up", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.match(scripts.start, /^node pkg\/build\/setup\.js && .*node pkg\/bin\/vaultlet\.js serve$/);
});
