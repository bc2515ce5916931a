// @ts-check
// What somebody put on `Object.prototype`, elsewhere in the process, allows nothing, configures nothing and stores
// nothing: objects of hosts and of callers are read by their own properties. And what somebody put in the place of
// JavaScript's own functions after the package was loaded changes nothing.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const pkg = new URL("../../pkg/", import.meta.url);

/**
 * Every name that the package could read: each that comes after a dot, is taken out of an object, or stands in quotes,
 * and each member that is declared. So a new one cannot be forgotten.
 */
function namesRead() {
  const files = ["", "http/", "module/", "policy/", "store/"].flatMap((folder) =>
    readdirSync(new URL(folder, pkg)).filter((name) => /\.(?:js|d\.ts)$/.test(name)).map((name) => folder + name),
  );
  /** @type {Set<string>} */
  const names = new Set();
  for (const file of files) {
    const text = readFileSync(new URL(file, pkg), "utf8").replaceAll(/^ *\*.*$|\/\/.*$/gm, "");
    for (const [, name] of text.matchAll(/\.([A-Za-z_]\w*)/g)) names.add(String(name));
    for (const [, name] of text.matchAll(/["'`]([A-Za-z_]\w*)["'`]/g)) names.add(String(name));
    for (const [, name] of text.matchAll(/^\s*(?:readonly )?([A-Za-z_]\w*)\??[:(]/gm)) names.add(String(name));
    for (const [, taken] of text.matchAll(/\{([\w\s,:=.]*)\}\)? *(?:=|\))/g)) {
      for (const [name] of String(taken).matchAll(/[A-Za-z_]\w*/g)) names.add(name);
    }
  }
  return [...names].filter((name) => !(name in Object.prototype));
}

/**
 * Asked by the language: of whatever a promise is resolved with, of every descriptor of a property, of what
 * `JSON.stringify` is given. And `detached`, which wasm-bindgen asks of a buffer that has none before Node 22.
 */
const ASKED_BY_OTHERS = ["then", "get", "set", "toJSON", "detached"];

/** @param {string} program @param {unknown} [input] */
function run(program, input) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL(program, import.meta.url))], {
    encoding: "utf8",
    input: JSON.stringify(input ?? null),
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

test("every name on `Object.prototype`, with every value: nothing is allowed, configured or stored by it", () => {
  const names = namesRead();
  for (const name of ["allow", "name", "type", "settings", "claims", "then", "store", "k", "role", "timeoutMs", "failure"]) {
    assert(names.includes(name), name);
  }
  const { expected, found, total } = run("polluted.js", names.filter((name) => !ASKED_BY_OTHERS.includes(name)));
  assert.deepEqual(found, []);
  assert.equal(total, 1);
  const worked = Object.keys(expected).filter((trial) => expected[trial] === "worked");
  assert.deepEqual(worked, ["settings", "a store in memory", "stores: a query by terms is one", "a vault as before"]);
});

test("JavaScript's own functions, each replaced in several ways: a call works or ends in an error, and no audit is missed", () => {
  const { found, tried } = run("replaced.js");
  assert.deepEqual(found, []);
  assert(tried > 5_000, `${tried} calls`);
});

test("what swallows members on `Object.prototype`: no question is answered that lost its checks", () => {
  assert.deepEqual(run("swallowed.js"), { allowed: [], tried: 180, rows: 1 });
});
