// @ts-check
// What somebody put on `Object.prototype`, elsewhere in the process, allows nothing, configures nothing and stores
// nothing: objects of hosts and of callers are read by their own properties. And what somebody put in the place of
// JavaScript's own functions after the package was loaded changes nothing.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { namesRead } from "./names-read.js";

/**
 * Asked by the language: of whatever a promise is resolved with, of every descriptor of a property, of what
 * `JSON.stringify` is given. And `detached`, which wasm-bindgen asks of a buffer that has none before Node 22.
 */
const ASKED_BY_OTHERS = ["then", "get", "set", "toJSON", "detached"];

/**
 * At its end Node waits for what it compiles at the same time, which may wait for Node to collect garbage, for ever
 * (nodejs/node#54918): these programs keep it compiling to their last line.
 */
const ENDING = "--no-concurrent-recompilation";

/** @param {string} program @param {unknown} [input] @param {string[]} others */
function run(program, input, ...others) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ENDING, fileURLToPath(new URL(program, import.meta.url)), ...others], {
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

/** Read by Hono and by Node itself: of a table of methods, and of what a `Request` or a `Response` is made of. */
const ASKED_OF_HTTP = ["body", "cancel", "required", "GET", "OPTIONS", "POST", "PATCH"];

test("every name on `Object.prototype`: the handler over HTTP answers the same, or, where Hono or Node has read it, fails", () => {
  const { expected, found } = run("polluted-http.js", namesRead().filter((name) => !ASKED_BY_OTHERS.includes(name)));
  assert.deepEqual(expected.map((/** @type {string} */ outcome) => outcome.slice(0, 3)), ["200", "200", "401", "401", "403", "404", "405", "400", "200", "200", "204", "501", "405"]);
  for (const [name, outcomes] of Object.entries(found)) {
    assert.deepEqual(outcomes, ["fails"], name);
    assert(ASKED_OF_HTTP.includes(name), name);
  }
});

test("JavaScript's own functions, each replaced in several ways: a call works or ends in an error, and no audit is missed", () => {
  const { found, tried } = run("replaced.js");
  assert.deepEqual(found, []);
  assert(tried > 5_000, `${tried} calls`);
});

test("JavaScript's own functions, each replaced: no key is lost, repeated or another, and no policy that is made allows more", () => {
  const { found, tried, opened, total } = run("replaced-at-opening.js");
  assert.deepEqual(found, []);
  assert(opened > 1_000 && tried > opened, `${opened} of ${tried} opened`);
  assert.equal(total, 1);
});

test("what swallows members on `Object.prototype`: no question is answered that lost its checks", () => {
  assert.deepEqual(run("swallowed.js"), { allowed: [], tried: 180, rows: 1 });
});

/** Asked by Node itself, of its timers and its callbacks. */
const ASKED_BY_NODE = ["id", "callback"];

test("what is read-only on `Object.prototype`, or swallows what is assigned: each call answers the same, and errors too", () => {
  const names = namesRead().filter((name) => ![...ASKED_BY_OTHERS, ...ASKED_BY_NODE].includes(name));
  const { found, refused } = run("hardened.js", [...names, "0", "2"]);
  assert.deepEqual(found, []);
  assert(refused < 20, `${refused} refused`);
});

test("built-ins that are frozen, before the package is loaded or afterwards, as in hardened hosts: the same as without", () => {
  const expected = run("hardened.js", []);
  assert(expected.later.length > 40, `${expected.later.length} lines`);
  for (const when of ["before", "after"]) assert.deepEqual(run("hardened.js", [], when), expected);
});
