// @ts-check
// The suite of every runtime over HTTP: what holds of a vault in the process holds of it behind a server, called by the
// official client; rule by rule on Node, and the whole with the handler inside of workerd.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bundle } from "../runtimes/bundle.js";
import { root } from "../runtimes/expected.js";
import { Miniflare } from "../runtimes/untyped.js";
import { world } from "../runtimes/world.js";
import { suite } from "../suite/suite.js";
import { counts, overHttp } from "./over-http.js";
import { BEYOND_HTTP, wentAsExpected } from "./suite-beyond.js";

/** A call here takes milliseconds, where one in the process takes a tenth of one. */
const ONE_IN = 20;

test("what is told to be beyond HTTP are rules of the suite", () => {
  const names = new Set(suite.map(({ name }) => name));
  assert.deepEqual(Object.keys(BEYOND_HTTP).filter((name) => !names.has(name)), []);
});

for (const { name, run } of suite) {
  test(name, async () => {
    const failure = await run({ ...world, oneIn: ONE_IN, reach: overHttp }).then(() => undefined, String);
    wentAsExpected(name, failure);
  });
}

test("the official client made nearly all of the calls, and the vault itself none", () => {
  assert.equal(counts.process, 0);
  assert(counts.client > 2_000 && counts.client > 50 * counts.rest, JSON.stringify(counts));
});

const worker = `
  import { createHandler } from "vaultlet/http";
  import { runSuite } from "../suite/suite.js";
  import { overRest } from "../http/rest-client.js";
  import { world } from "./world.js";

  // A host for each vault: there is no network between the two, and all else of HTTP.
  const served = new Map();
  globalThis.fetch = (address, init) => served.get(new URL(address).host)(new Request(address, init));

  function reach(vault) {
    const host = crypto.randomUUID() + ".test";
    const callers = new Map();
    served.set(host, createHandler({ vault, authenticate: ({ headers }) => callers.get(headers.get("authorization").slice(7)) }));
    const introduce = (apiKey, caller) => callers.set(apiKey, caller);
    return { vault: overRest(vault, { vaultURL: "http://" + host, introduce }), close: () => served.delete(host) };
  }

  const unhandled = [];
  addEventListener("unhandledrejection", ({ reason }) => unhandled.push("unhandled: " + reason));

  export default {
    fetch: async () => Response.json({ ...(await runSuite({ ...world, reach, oneIn: ${ONE_IN} })), unhandled }),
  };
`;

test("inside of workerd", async (t) => {
  const { text } = await bundle(worker, { conditions: ["workerd", "worker", "browser"], format: "esm", wasm: "external" });
  const miniflare = new Miniflare({
    compatibilityDate: "2025-06-01",
    modules: [
      { type: "ESModule", path: "worker.js", contents: text },
      { type: "CompiledWasm", path: "vaultlet.wasm", contents: readFileSync(`${root}pkg/wasm/vaultlet_bg.wasm`) },
    ],
  });
  t.after(() => miniflare.dispose());
  const reply = await miniflare.dispatchFetch("http://worker/");
  const { ran, failed, unhandled } = /** @type {any} */ (await reply.json());
  assert.equal(ran, suite.length);
  assert.deepEqual(unhandled, []);
  for (const { name } of suite) {
    const failure = failed.find((/** @type {string} */ one) => one.startsWith(`${name}: `));
    wentAsExpected(name, failure?.slice(name.length + 2));
  }
});
