// @ts-check
// The suite on `edge-runtime`, which is what Vercel's edge functions see: no Node, and wasm only as it was compiled ahead.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { EdgeRuntime } from "edge-runtime";

import { bundle } from "./bundle.js";
import { allHold, root } from "./expected.js";

const edge = `
  import { runSuite } from "../suite/suite.js";
  import { world } from "./world.js";

  addEventListener("fetch", (event) => event.respondWith(runSuite(world).then((result) => Response.json(result))));
`;

// As Next.js does it: `?module` becomes a global that holds the compiled module.
const wasm = { contents: "export default globalThis.vaultletModule;" };

test("edge-runtime", async (context) => {
  const { text, loaders } = await bundle(edge, { conditions: ["edge-light", "worker", "browser"], format: "iife", wasm });
  assert(loaders.includes("pkg/module/edge-light.js") && !loaders.includes("pkg/module/fetch.js"), loaders.join());
  const vaultletModule = await WebAssembly.compile(readFileSync(`${root}pkg/wasm/vaultlet_bg.wasm`));
  const runtime = new EdgeRuntime({
    extend: (globals) => Object.assign(globals, { vaultletModule }),
    initialCode: text,
  });
  const reply = await runtime.dispatchFetch("http://edge/");
  allHold(context, { .../** @type {any} */ (await reply.json()), by: "edge-runtime" });
});
