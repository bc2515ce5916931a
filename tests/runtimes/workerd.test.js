// @ts-check
// The suite on workerd (Cloudflare), through miniflare: a Worker that answers what came of it. On both sides of the date
// that changed the defaults, with Node's names and without them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bundle } from "./bundle.js";
import { allHold, root } from "./expected.js";
import { Miniflare } from "./untyped.js";

// A vault opens while the module loads, where no randomness is to be had, if its keys are given.
const worker = `
  import { openVault } from "vaultlet";
  import { memoryStore } from "vaultlet/store/memory";
  import { about, collections } from "../package/example-host.js";
  import { runSuite } from "../suite/suite.js";
  import { world } from "./world.js";

  const secret = (seed) => new Uint8Array(32).fill(seed);
  const keys = { primary: "a", data: { a: secret(1) }, index: secret(2) };
  const vault = await openVault({ keys, collections, store: memoryStore(), policy: () => ({ allow: true }) });

  const unhandled = [];
  addEventListener("unhandledrejection", ({ reason }) => unhandled.push("unhandled: " + reason));

  export default {
    async fetch() {
      const { total } = await vault.as("jane").tokens.getTokensCount(about);
      const { ran, failed } = await runSuite(world);
      return Response.json({ ran, failed: [...failed, ...unhandled], by: navigator.userAgent, total });
    },
  };
`;

const { text, loaders } = await bundle(worker, { conditions: ["workerd", "worker", "browser"], format: "esm", wasm: "external" });
const wasm = readFileSync(`${root}pkg/wasm/vaultlet_bg.wasm`);

test("the loader is workerd's", () => {
  assert(loaders.includes("pkg/module/workerd.js") && !loaders.includes("pkg/module/fetch.js"), loaders.join());
});

for (const compatibilityDate of ["2024-09-02", "2025-06-01"]) {
  for (const compatibilityFlags of [[], ["nodejs_compat"]]) {
    test(`workerd, ${[compatibilityDate, ...compatibilityFlags].join(", ")}`, async (context) => {
      const miniflare = new Miniflare({
        compatibilityDate,
        compatibilityFlags,
        modules: [
          { type: "ESModule", path: "worker.js", contents: text },
          { type: "CompiledWasm", path: "vaultlet.wasm", contents: wasm },
        ],
      });
      try {
        const reply = await miniflare.dispatchFetch("http://worker/");
        const result = /** @type {any} */ (await reply.json());
        allHold(context, { ...result, by: `${result.by} as of ${compatibilityDate}` });
        assert.equal(result.total, 0);
      } finally {
        await miniflare.dispose();
      }
    });
  }
}
