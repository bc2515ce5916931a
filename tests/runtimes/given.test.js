// @ts-check
// The option `wasm` in every runtime: what each takes and refuses is the same, but that some compile nothing. And pages
// whose policy lets them compile nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { EdgeRuntime } from "edge-runtime";

import { browsers, resultAt } from "./browsers.js";
import { bundle } from "./bundle.js";
import { programAt, root, runProgram } from "./expected.js";
import { serveFiles } from "./file-server.js";
import { count } from "./given.js";
import { Miniflare } from "./untyped.js";

/** @param {{ ran: number, failed: string[] }} result @param {number} [expected] */
function allAsExpected({ ran, failed }, expected = count) {
  assert.deepEqual(failed, []);
  assert.equal(ran, expected);
}

const PROGRAM = "given-program.js";
const other = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const wasm = readFileSync(`${root}pkg/wasm/vaultlet_bg.wasm`);

for (const [name, path, ...options] of /** @type {[string, string, ...string[]][]} */ ([
  ["Node 22", "node-22/bin/node"],
  ["Node 24", "node-24/bin/node"],
  ["Node 26", "node-26/bin/node"],
  ["Bun", "bun/bin/bun.exe", "run"],
  // For this file's own reading; the package needs no permission (deno.test.js).
  ["Deno", "deno/deno", "run", "--no-prompt", "--no-remote", "--cached-only", "--allow-read"],
])) {
  test(name, async () => {
    const program = programAt(`${root}node_modules/${path}`, "run `npm run setup -- --tests`");
    allAsExpected(await runProgram(program, options, PROGRAM));
  });
}

test("this Node", async () => allAsExpected(await runProgram(process.execPath, [], PROGRAM)));

for (const compatibilityDate of ["2024-09-02", "2025-06-01"]) {
  test(`workerd, ${compatibilityDate}`, async () => {
    const worker = `
      import module from "vaultlet/vaultlet.wasm";
      import bytes from "./wasm.bytes";
      import other from "./other.wasm";
      import { tryGiven } from "./given.js";

      const given = { bytes: new Uint8Array(bytes), module, other };
      export default { fetch: async () => Response.json(await tryGiven(given, "compiles nothing")) };
    `;
    const external = ["./wasm.bytes", "./other.wasm"];
    const { text } = await bundle(worker, { conditions: ["workerd", "worker", "browser"], format: "esm", wasm: "external", external });
    const miniflare = new Miniflare({
      compatibilityDate,
      modules: [
        { type: "ESModule", path: "worker.js", contents: text },
        { type: "CompiledWasm", path: "vaultlet.wasm", contents: wasm },
        { type: "CompiledWasm", path: "other.wasm", contents: other },
        { type: "Data", path: "wasm.bytes", contents: wasm },
      ],
    });
    try {
      const reply = await miniflare.dispatchFetch("http://worker/");
      allAsExpected(/** @type {any} */ (await reply.json()));
    } finally {
      await miniflare.dispose();
    }
  });
}

// By itself it compiles, but where it stands for, at Vercel's, nothing does.
for (const does of ["compiles", "compiles nothing"]) {
  test(`edge-runtime that ${does}`, async () => {
    const edge = `
      import { tryGiven } from "./given.js";

      const result = tryGiven(brought, ${JSON.stringify(does)});
      addEventListener("fetch", (event) => event.respondWith(result.then((each) => Response.json(each))));
    `;
    const contents = "export default globalThis.brought.module;";
    const { text } = await bundle(edge, { conditions: ["edge-light", "worker", "browser"], format: "iife", wasm: { contents } });
    const brought = { bytes: new Uint8Array(wasm), module: await WebAssembly.compile(wasm), other: await WebAssembly.compile(other) };
    const runtime = new EdgeRuntime({
      codeGeneration: { strings: false, wasm: does === "compiles" },
      extend: (globals) => Object.assign(globals, { brought }),
      initialCode: text,
    });
    const reply = await runtime.dispatchFetch("http://edge/");
    allAsExpected(/** @type {any} */ (await reply.json()));
  });
}

for (const [name, launch] of Object.entries(browsers)) {
  test(name, async () => {
    const browser = await launch();
    const server = await serveFiles();
    try {
      allAsExpected(await resultAt(browser, `${server.address}given`));
      allAsExpected(await resultAt(browser, `${server.address}refused`), 4);
    } finally {
      await browser.close();
      server.close();
    }
  });
}
