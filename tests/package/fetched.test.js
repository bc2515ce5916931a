// @ts-check
// The loader that fetches, as a bundler for browsers takes it: what comes in the place of the wasm, what the error says of
// it, and that the next call tries again.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { build } from "esbuild";

import { root } from "../../pkg/build/command.js";
import { anotherVersion } from "./another-version.js";
import { exampleHost } from "./example-host.js";

const wasm = readFileSync(join(root, "pkg/wasm/vaultlet_bg.wasm"));
const html = () => new Response("<!doctype html><title>My app</title>", { headers: { "content-type": "text/html" } });
const typed = (/** @type {BodyInit} */ body) => new Response(body, { headers: { "content-type": "application/wasm" } });

test("what comes in the place of the wasm is told, with the way out; the next call tries again", async (context) => {
  const { outputFiles } = await build({ entryPoints: [join(root, "pkg/index.js")], bundle: true, write: false, format: "esm", platform: "browser" });
  const folder = await mkdtemp(join(tmpdir(), "fetched-"));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "bundle.mjs");
  await writeFile(file, String(outputFiles[0]?.text));
  /** @type {typeof import("vaultlet")} */
  const { openVault } = await import(pathToFileURL(file).href);

  /** @type {string[]} */
  const asked = [];
  /** @type {() => Response} */
  let answer = html;
  context.mock.method(globalThis, "fetch", async (/** @type {URL} */ url) => (asked.push(url.pathname), answer()));
  for (const [reply, says] of /** @type {[() => Response, string[]][]} */ ([
    [html, ["HTML came in its place", 'optimizeDeps.exclude: ["vaultlet"]', "openVault({ wasm })"]],
    [() => new Response("none", { status: 404 }), ["404", "openVault({ wasm })"]],
    [() => typed(wasm.subarray(0, 1_000)), ["damaged", "openVault({ wasm })"]],
    [() => typed(anotherVersion), ["another version", "openVault({ wasm })"]],
    [() => { throw new TypeError("the network is gone"); }, ["openVault({ wasm })"]], // prettier-ignore
  ])) {
    answer = reply;
    const failed = await Promise.allSettled([openVault(exampleHost()), openVault(exampleHost())]);
    for (const { reason } of /** @type {PromiseRejectedResult[]} */ (failed)) {
      assert.equal(reason?.code, "PV1000");
      for (const part of says) assert(reason.message.includes(part), reason.message);
      assert(!reason.message.includes("My app"));
    }
  }
  // One request for all who wait, each time.
  assert.equal(asked.length, 5);
  assert(asked.every((path) => path.endsWith("/wasm/vaultlet_bg.wasm")), asked.join());

  for (const reply of [() => typed(wasm), () => new Response(wasm)]) {
    answer = reply;
    await Promise.all([openVault(exampleHost()), openVault(exampleHost())]);
  }
  assert.equal(asked.length, 6);
});
