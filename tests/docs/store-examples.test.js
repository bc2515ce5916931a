// @ts-check
// The two examples of vaults on databases run: a Node service on PostgreSQL, and a Worker on a Durable Object.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import pg from "pg";
import { generateKeys } from "vaultlet";

import { startPostgres } from "../store/engines/postgres.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const jane = { name: "Jane Miller", email: "jane@example.com" };

/** Its declarations need those of a whole Workers project. @type {string} */
const miniflare = "miniflare";

test("the service on PostgreSQL serves, changes data, finishes what was cut off, and ends at SIGTERM", { timeout: 600_000 }, async () => {
  const database = await startPostgres();
  const env = { ...process.env, DATABASE_URL: database.url, VAULT_KEYS: JSON.stringify(generateKeys()), PORT: "0" };
  const service = spawn(process.execPath, [`${root}examples/postgres-service.js`], { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [service.stdout, service.stderr]) stream.on("data", (chunk) => (said += chunk));
  // Not at its `exit`, after which some of what it said may still come.
  const ended = new Promise((resolve) => service.once("close", (code) => resolve(code)));
  try {
    while (!/listening on \d+/.test(said) && service.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
    const url = `http://127.0.0.1:${/listening on (\d+)/.exec(said)?.[1]}/customers/`;
    const put = (/** @type {string} */ id, /** @type {string} */ body) => fetch(url + id, { method: "PUT", body });
    assert.deepEqual(await (await put("c-1", JSON.stringify(jane))).json(), { id: "c-1" });
    assert.deepEqual(await (await put("c-1", JSON.stringify(jane))).json(), { id: "c-1" });
    const { since, ...found } = /** @type {any} */ (await (await fetch(`${url}c-1`)).json());
    assert.deepEqual(found, { id: "c-1", ...jane });
    const read = async (/** @type {string} */ id) => /** @type {any} */ (await (await fetch(url + id)).json());
    await put("c-1", JSON.stringify({ ...jane, email: "jane@example.org" }));
    assert.deepEqual(await read("c-1"), { id: "c-1", since, name: jane.name, email: "jane@example.org" });
    assert(Date.parse(since) > 0);
    assert.equal((await fetch(`${url}nobody`)).status, 404);
    assert.equal((await put("c-2", "{")).status, 400);
    const refused = await put("c-2", JSON.stringify({ ...jane, email: "no address" }));
    assert.equal(refused.status, 400);
    assert.equal(/** @type {any} */ (await refused.json()).error_code, "PV3002");

    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const countRows = async () => (await client.query("SELECT * FROM customer_tokens")).rows.length;
    // Repeated and changed, it is one token still, and no transaction stands beside it.
    assert.equal(await countRows(), 1);
    // A process that ended before it had made the token: until then nobody is there.
    await client.query("INSERT INTO customers (id, token_id) VALUES ('c-3', 'cut-off')");
    assert.equal((await fetch(`${url}c-3`)).status, 404);
    assert.equal((await put("c-3", JSON.stringify(jane))).status, 200);
    assert.equal((await read("c-3")).email, jane.email);
    // Many at once: none fails but for the other, and there is one token.
    const answers = await Promise.all(Array.from({ length: 8 }, () => put("c-4", JSON.stringify(jane))));
    assert(answers.some(({ status }) => status === 200));
    assert(answers.every(({ status }) => status === 200 || status === 409));
    assert.equal(await countRows(), 3);
    await client.end();

    service.kill("SIGTERM");
    assert.equal(await ended, 0, said);
    assert.match(said, /closed\n$/);
  } finally {
    service.kill("SIGKILL");
    await ended;
    await database.stop();
  }
});

test("the Worker gives each tenant a vault of its own", { timeout: 600_000 }, async () => {
  // As wrangler bundles it: the wasm stays a module of its own.
  const bundle = await build({
    entryPoints: [`${root}examples/durable-object-worker.js`],
    bundle: true,
    format: "esm",
    write: false,
    conditions: ["workerd"],
    external: ["*.wasm"],
    logLevel: "silent",
  });
  const { Miniflare } = await import(miniflare);
  const wasm = await readFile(`${root}pkg/wasm/vaultlet_bg.wasm`);
  const [{ text = "" } = {}] = bundle.outputFiles;
  const named = /from\s*"([^"]+\.wasm)"/.exec(text)?.[1];
  assert(named !== undefined, "the bundle imports the wasm");
  const worker = new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.js", contents: text.replaceAll(named, "./vaultlet.wasm") },
      { type: "CompiledWasm", path: "vaultlet.wasm", contents: wasm },
    ],
    compatibilityDate: "2026-04-01",
    durableObjects: { VAULTS: { className: "TenantVault", useSQLite: true } },
    bindings: { VAULT_KEYS: JSON.stringify(generateKeys()) },
  });
  try {
    const ask = async (/** @type {string} */ path, /** @type {object} */ init = {}) => {
      const answer = await worker.dispatchFetch(`http://worker/${path}`, init);
      return { status: answer.status, body: await answer.json().catch(() => undefined) };
    };
    const post = { method: "POST", body: JSON.stringify({ email: jane.email }) };
    const made = await ask("acme", post);
    assert.equal(made.status, 200);
    assert.deepEqual((await ask("acme", post)).body, made.body);
    assert.deepEqual((await ask(`acme/${made.body.token_id}`)).body, { email: jane.email });
    assert.equal((await ask(`other/${made.body.token_id}`)).status, 404);
    assert.equal((await ask("acme", { method: "POST", body: JSON.stringify({ email: "none" }) })).status, 400);
    assert.equal((await ask("")).status, 404);
  } finally {
    await worker.dispose();
  }
});
