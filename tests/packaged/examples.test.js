// @ts-check
// The examples for servers, each in the runtime that it is for, on the installed package: a token is made and read, and
// whoever has no key, and whatever is no e-mail address, is refused.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { setTimeout as wait } from "node:timers/promises";

import { build } from "esbuild";
import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { freePort } from "../store/engines/free-port.js";
import { project, root, tool, unpack } from "./installed.js";
import { startWorker, wasmOfThePlatform } from "./platforms.js";

/** Its declarations are not ours to check. @type {string} */
const edgeRuntime = "edge-runtime";

/** @type {import("./installed.js").Installed} */
let installed;

before(async () => {
  installed = await unpack();
});

const secrets = { KEYS: JSON.stringify(generateKeys()), API_KEY: "a-key-for-tests" };

/** What the examples have in common. */
const SHARED = "email-tokens.js";

/** @typedef {{ status: number, body: string }} Answer */

/**
 * What every example does.
 * @param {(method: string, path: string, headers: Record<string, string>, body?: string) => Promise<Answer>} ask
 */
async function holds(ask) {
  const pathOf = (/** @type {string} */ token) => `/?token=${token}`;
  const authorization = `Bearer ${secrets.API_KEY}`;
  const made = await ask("POST", "/", { authorization }, "jane@example.com");
  assert.equal(made.status, 200, made.body);
  const { token_id } = JSON.parse(made.body);
  const read = await ask("GET", pathOf(token_id), { authorization });
  assert.deepEqual([read.status, JSON.parse(read.body)], [200, { email: "jane@example.com" }]);
  assert.equal((await ask("GET", pathOf("unknown"), { authorization })).status, 404);
  const wrong = await ask("POST", "/", { authorization }, "no address");
  assert.equal(wrong.status, 400, wrong.body);
  assert.match(JSON.parse(wrong.body).error_code, /^(?:PV|VL)\d{4}$/);
  for (const stranger of /** @type {Record<string, string>[]} */ ([{}, { authorization: "Bearer another" }])) {
    assert.equal((await ask("GET", pathOf(token_id), stranger)).status, 403);
    assert.equal((await ask("POST", "/", stranger, "jane@example.com")).status, 403);
  }
}

/**
 * A project with an example in it.
 * @param {string} name
 * @param {Record<string, string>} [files]
 */
function projectOf(name, files = {}) {
  const about = { private: true, type: "module", dependencies: { vaultlet: "*" } };
  const folder = project(installed, name, { "package.json": JSON.stringify(about), ...files });
  for (const file of [`${name}.js`, SHARED]) cpSync(join(root, "examples", file), join(folder, file));
  return folder;
}

/** @param {string} base @returns {Parameters<typeof holds>[0]} */
const over = (base) => async (method, path, headers, body) => {
  const response = await fetch(new URL(path, base), { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: await response.text() };
};

/**
 * @param {string} folder
 * @param {string} program
 * @param {string[]} args
 */
async function serves(folder, program, ...args) {
  const port = await freePort();
  const env = { ...process.env, ...secrets, PORT: String(port), DATABASE: join(folder, "vault.db"), NO_COLOR: "1" };
  const server = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  server.stdout.on("data", (chunk) => (said += chunk));
  server.stderr.on("data", (chunk) => (said += chunk));
  const ended = new Promise((resolve) => server.on("exit", resolve));
  try {
    const base = `http://127.0.0.1:${port}/`;
    for (let tries = 0; !(await fetch(base).then(() => true, () => false)); tries += 1) {
      assert(tries < 1_200 && server.exitCode === null, `it did not start: ${said.slice(-2000)}`);
      await wait(100);
    }
    await holds(over(base));
    assert(readdirSync(folder).includes("vault.db"), "nothing was written");
  } finally {
    server.kill("SIGKILL");
    await ended;
  }
}

describe("the examples", { concurrency: 2 }, () => {
  test("a Worker, on D1", async () => {
    const folder = projectOf("worker");
    const server = await startWorker(folder, "worker.js", { d1Databases: ["DB"], bindings: secrets });
    try {
      await holds(over(String(await server.ready)));
    } finally {
      await server.dispose();
    }
  });

  test("a Deno server, on a SQLite file", async () => {
    const folder = projectOf("deno-server");
    const allowed = ["--allow-net", "--allow-env", "--allow-read", "--allow-write"];
    await serves(folder, tool("deno/deno"), "run", "--no-prompt", "--no-lock", "--node-modules-dir=manual", ...allowed, "deno-server.js");
  });

  test("a Bun server, on a SQLite file", async () => {
    await serves(projectOf("bun-server"), tool("bun/bin/bun.exe"), "bun-server.js");
  });

  test("an edge function, bundled as Next.js does it", async () => {
    const entry = 'import handler, { config } from "./edge.js";\nif (config.runtime === "edge") addEventListener("fetch", (event) => event.respondWith(handler(event.request)));\n';
    const folder = projectOf("edge", { "entry.js": entry });
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: ["entry.js"],
      bundle: true,
      format: "iife",
      conditions: ["edge-light", "worker", "browser"],
      define: { "process.env": JSON.stringify(secrets) },
      plugins: [wasmOfThePlatform()],
      write: false,
    });
    const { EdgeRuntime } = await import(edgeRuntime);
    const module = await WebAssembly.compile(readFileSync(join(installed.folder, "node_modules", "vaultlet", "wasm", "vaultlet_bg.wasm")));
    const extend = (/** @type {object} */ context) => Object.assign(context, { wasm_of_the_platform: module });
    const runtime = new EdgeRuntime({ extend, initialCode: outputFiles[0]?.text });
    await holds(async (method, path, headers, body) => {
      const response = await runtime.dispatchFetch(`http://edge${path}`, { method, headers, body });
      return { status: response.status, body: await response.text() };
    });
  });

  test("a function on AWS Lambda", async () => {
    const folder = projectOf("lambda");
    Object.assign(process.env, secrets);
    const { handler } = await import(String(pathToFileURL(join(folder, "lambda.js"))));
    for (const isBase64Encoded of [false, true]) {
      await holds(async (method, path, headers, body) => {
        const [rawPath, rawQueryString = ""] = path.split("?");
        const event = { version: "2.0", rawPath, rawQueryString, headers, isBase64Encoded, requestContext: { http: { method, path } } };
        const sent = isBase64Encoded ? btoa(body ?? "") : body;
        const { statusCode, body: text } = await handler({ ...event, ...(body === undefined ? {} : { body: sent }) });
        return { status: statusCode, body: text };
      });
    }
  });
});

test("without a key for its callers, none starts: what is not set would be one", async () => {
  const { answering, options } = await import("../../examples/email-tokens.js");
  const vault = await openVault({ ...options(secrets.KEYS), store: memoryStore() });
  for (const key of [undefined, ""]) assert.throws(() => answering(vault, key), /there is no `API_KEY`/);
});

test("each is under forty lines", () => {
  for (const name of ["worker.js", "deno-server.js", "bun-server.js", "edge.js", "lambda.js", SHARED]) {
    const lines = readFileSync(join(root, "examples", name), "utf8").trimEnd().split("\n");
    assert(lines.length < 40, `${name}: ${lines.length} lines`);
  }
});
