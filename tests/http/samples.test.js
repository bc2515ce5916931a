// @ts-check
// The samples of docs/http.md, each as it is written there, in the runtime that it is for, on the installed package: the
// official client makes a token and reads it, and a stranger is refused.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { VaultClient } from "@piiano/vault-client";
import { generateKeys } from "vaultlet";

import { blocksOf } from "../docs/code-blocks.js";
import { project, tool, unpack } from "../packaged/installed.js";
import { startWorker } from "../packaged/platforms.js";
import { freePort } from "../store/engines/free-port.js";

const [handler = "", node = "", deno = "", bun = "", app = "", lambda = "", ...others] = blocksOf("docs/http.md", "js");
const [worker = "", ...otherWorkers] = blocksOf("docs/http.md", "ts");
const KEY = "a-long-key";
const about = { collection: "customers", reason: /** @type {const} */ ("AppFunctionality") };

/** @type {import("../packaged/installed.js").Installed} */
let installed;

before(async () => {
  installed = await unpack();
});

test("these are all of the document's samples", () => assert.deepEqual([...others, ...otherWorkers], []));

/** What each of them serves. @param {string} vaultURL */
async function holds(vaultURL) {
  const { tokens } = new VaultClient({ vaultURL, apiKey: KEY });
  const fields = { email: "jane@example.com" };
  const [made] = await tokens.tokenize({ ...about, requestBody: [/** @type {any} */ ({ type: "randomized", object: { fields } })] });
  const token_id = String(made?.token_id);
  assert.deepEqual(await tokens.detokenize({ ...about, tokenIds: [token_id] }), [{ token_id, fields }]);
  const stranger = new VaultClient({ vaultURL, apiKey: "another" });
  await assert.rejects(stranger.tokens.detokenize({ ...about, tokenIds: [token_id] }), { status: 401 });
}

/**
 * Starts a program that listens, and ends it when all holds.
 * @param {{ folder: string, program: string, args: string[], port: number, env?: Record<string, string> }} how
 */
async function serves({ folder, program, args, port, env = {} }) {
  const server = spawn(program, args, { cwd: folder, env: { ...process.env, NO_COLOR: "1", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk) => (said += chunk));
  const ended = new Promise((resolve) => server.on("close", resolve).on("error", resolve));
  try {
    const vaultURL = `http://127.0.0.1:${port}`;
    for (let tries = 0; !(await fetch(vaultURL).then(({ ok }) => ok, () => false)); tries += 1) {
      assert(tries < 1_200 && server.exitCode === null, `it did not start: ${said.slice(-2000)}`);
      await wait(100);
    }
    await holds(vaultURL);
  } finally {
    server.kill("SIGKILL");
    await ended;
  }
}

describe("the samples of docs/http.md", { concurrency: 2 }, () => {
  test("Node", async () => {
    const port = await freePort();
    assert.match(node, /\b8123\b/, "the port of the sample");
    const folder = project(installed, "node", { "handler.js": handler, "main.js": node.replace("8123", String(port)) });
    await serves({ folder, program: process.execPath, args: ["main.js"], port });
  });

  test("Deno", async () => {
    const port = await freePort();
    const folder = project(installed, "deno", { "handler.js": handler, "main.js": deno });
    const args = ["run", "--no-prompt", "--no-lock", "--node-modules-dir=manual", "--allow-net", "--allow-env", "--allow-read", "main.js"];
    await serves({ folder, program: tool("deno/deno"), args, port, env: { DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` } });
  });

  test("Bun", async () => {
    const port = await freePort();
    const folder = project(installed, "bun", { "handler.js": handler, "main.js": bun });
    await serves({ folder, program: tool("bun/bin/bun.exe"), args: ["main.js"], port, env: { BUN_PORT: String(port) } });
  });

  test("Lambda, by events of an API Gateway, version 2", async (t) => {
    const folder = project(installed, "lambda", { "handler.js": handler, "app.js": app, "main.js": lambda });
    const { handler: answer } = await import(String(pathToFileURL(`${folder}/main.js`)));
    const { fetch } = globalThis;
    // The client's own requests, as API Gateway would hand them on; those of the sample that runs beside this one go where
    // they should.
    t.mock.method(globalThis, "fetch", async (/** @type {string} */ address, /** @type {RequestInit} */ init) => {
      const { host, pathname, search } = new URL(address);
      if (host !== "lambda.test") return fetch(address, init);
      const { method, headers, body } = init;
      const event = {
        version: "2.0",
        routeKey: "$default",
        rawPath: pathname,
        rawQueryString: search.slice(1),
        headers: { host, ...Object.fromEntries(/** @type {Headers} */ (headers)) },
        requestContext: { domainName: host, stage: "$default", http: { method, path: pathname, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "" } },
        ...(body !== undefined && { body: Buffer.from(String(body)).toString("base64") }),
        isBase64Encoded: body !== undefined,
      };
      const result = await answer(event, {});
      const bytes = Buffer.from(result.body, result.isBase64Encoded ? "base64" : "utf8");
      return new Response(bytes, { status: result.statusCode, headers: result.headers });
    });
    await holds("https://lambda.test");
  });

  test("workerd, on D1", async () => {
    const server = await startWorker(project(installed, "workerd", { "main.ts": worker }), "main.ts", {
      d1Databases: ["DB"],
      bindings: { KEYS: JSON.stringify(generateKeys()), API_KEY: KEY },
    });
    try {
      await holds(String(await server.ready).replace(/\/$/, ""));
    } finally {
      await server.dispose();
    }
  });
});
