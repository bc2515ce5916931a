// @ts-check
// The installed package where nothing may be compiled from bytes: Cloudflare's workerd, bundled by esbuild, and Vercel's
// edge runtime, bundled as Next.js does it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";

import { build } from "esbuild";

import { DONE, filesOf, project, unpack } from "./installed.js";
import { startWorker, wasmOfThePlatform } from "./platforms.js";

/** Its declarations are not ours to check. @type {string} */
const edgeRuntime = "edge-runtime";

/** @type {import("./installed.js").Installed} */
let installed;

before(async () => {
  installed = await unpack();
});

/** @param {string} [imports] @param {string} [given] what is handed to `openVault` */
const worker = (imports = "", given = "") => `${imports}
import { session } from "./session.js";

export default { fetch: async () => new Response(await session(${given})) };
`;

/**
 * @param {string} name
 * @param {string} code the Worker
 * @param {import("esbuild").Loader} [loader] of the wasm
 */
async function answerOfWorker(name, code, loader) {
  const folder = project(installed, name, { "main.js": code });
  const server = await startWorker(folder, "main.js", {}, loader);
  const wasm = filesOf(join(folder, "dist")).filter((path) => path.endsWith(".wasm"));
  assert.equal(wasm.length, 1, wasm.join(", "));
  try {
    return await (await server.dispatchFetch("http://worker/")).text();
  } finally {
    await server.dispose();
  }
}

test("workerd: bundled by esbuild, whose loader `copy` brings the wasm", async () => {
  assert.equal(await answerOfWorker("workerd", worker()), DONE);
});

test("workerd: the same file handed in", async () => {
  const code = worker('import wasm from "vaultlet/vaultlet.wasm";', "{ wasm }");
  assert.equal(await answerOfWorker("workerd-given", code), DONE);
});

test("workerd: bundled by a loader that makes an address of it, the error says what a bundler must not do", async () => {
  const code = `
    import { session } from "./session.js";
    export default { fetch: () => session().then(Response.json, ({ code, message }) => new Response(code + ": " + message)) };`;
  const said = await answerOfWorker("workerd-without", code, "file");
  assert.match(said, /^PV1000: the wasm could not be loaded: the bundler has put something else in its place; /);
  assert.match(said, /the bundler must leave an import of `\.wasm` as it is; or hand the `WebAssembly\.Module` .* in as `openVault\(\{ wasm \}\)`$/);
});

test("workerd: a vault that is opened at the module's scope, with keys that are given", async () => {
  const { generateKeys } = await import("vaultlet");
  const code = `
    import { openVault } from "vaultlet";
    import { memoryStore } from "vaultlet/store/memory";

    const vault = openVault({
      keys: ${JSON.stringify(generateKeys())},
      collections: { customers: { properties: { email: { type: "EMAIL" } } } },
      store: memoryStore(),
      policy: () => ({ allow: true }),
    });
    const about = { collection: "customers", reason: "AppFunctionality" };
    const requestBody = [{ type: "pci", object: { fields: { email: "jane@example.com" } } }];
    export default {
      async fetch() {
        const { tokens } = (await vault).as("anyone");
        const [{ token_id }] = await tokens.tokenize({ ...about, requestBody });
        return Response.json(await tokens.detokenize({ ...about, tokenIds: [token_id] }).then(([found]) => found.fields));
      },
    };`;
  assert.equal(await answerOfWorker("workerd-scope", code), '{"email":"jane@example.com"}');
});

test("edge-runtime: bundled as Next.js does it, `.wasm?module` a global that the platform has compiled", async () => {
  const folder = project(installed, "edge", { "main.js": 'import { session } from "./session.js";\nsession().then(done, done);\n' });
  /** @type {string[]} */
  const compiled = [];
  const { outputFiles, warnings } = await build({
    absWorkingDir: folder,
    entryPoints: ["main.js"],
    bundle: true,
    format: "iife",
    conditions: ["edge-light", "worker", "browser"],
    plugins: [
      wasmOfThePlatform(compiled),
    ],
    write: false,
    logLevel: "silent",
  });
  assert.deepEqual(warnings, []);
  const file = join(installed.folder, "node_modules", "vaultlet", "wasm", "vaultlet_bg.wasm");
  assert.deepEqual(compiled, [file]);

  const { EdgeRuntime } = await import(edgeRuntime);
  const module = await WebAssembly.compile(await readFile(file));
  const answer = await new Promise((resolve) => {
    const extend = (/** @type {object} */ context) =>
      Object.assign(context, { wasm_of_the_platform: module, done: (/** @type {unknown} */ result) => resolve(String(result)) });
    new EdgeRuntime({ extend, initialCode: outputFiles[0]?.text }).evaluate("");
  });
  assert.equal(answer, DONE);
});
