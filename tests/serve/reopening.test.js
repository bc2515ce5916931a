// @ts-check
// A vault whose wasm fails is opened anew: one call is VL5002, the next is served. If that fails, the server ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { jane, makeJane, serve, tokens } from "./vaultlet.js";

const options = ["--import", fileURLToPath(new URL("failing-wasm.js", import.meta.url))];

/** @param {import("./vaultlet.js").Served} server */
async function arm(server) {
  const { length } = server.printed.stderr;
  server.child.kill("SIGUSR2");
  while (server.printed.stderr.length === length) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("after a failure of the wasm the next call is served, from the same store, and the log says so", async () => {
  const server = await serve([], { options });
  const [{ token_id }] = (await server.call("POST", tokens, makeJane)).body;
  for (const times of [1, 2]) {
    await arm(server);
    const met = await server.call("GET", `${tokens}&token_ids=${token_id}`);
    assert.deepEqual([met.status, met.body.error_code], [500, "VL5002"]);
    const next = await server.call("GET", `${tokens}&token_ids=${token_id}`);
    assert.deepEqual([next.status, next.body[0].fields.email], [200, jane]);
    assert.equal(server.lines().filter((line) => / trouble: the vault, .* \(VL5002\)$/.test(line)).length, times);
  }
  // Many at once are one failure.
  await arm(server);
  const all = await Promise.all(Array.from({ length: 20 }, () => server.call("GET", `${tokens}&token_ids=${token_id}`)));
  assert(all.some(({ status }) => status === 500) && all.every(({ status, body }) => status === 200 || body.error_code === "VL5002"));
  assert.equal((await server.call("GET", `${tokens}&token_ids=${token_id}`)).status, 200);
  assert.equal(server.lines().filter((line) => line.includes(" trouble: ")).length, 3);
  assert.equal(await server.end(), 0);
  assert(!server.printed.stdout.includes(jane) && server.printed.stderr === "armed\n".repeat(3), server.printed.stderr);
});

test("a HEAD that meets the failure is enough, though its answer has no body", async () => {
  const server = await serve([], { options });
  await arm(server);
  const head = await fetch(`${server.url}/api/pvlt/1.0/data/collections/customers/count/tokens?reason=Maintenance`, {
    method: "HEAD",
    headers: { authorization: `Bearer ${server.key}` },
  });
  assert.equal(head.status, 500);
  assert.equal((await server.call("POST", tokens, makeJane)).status, 200);
  assert.equal(await server.end(), 0);
  assert.equal(server.lines().filter((line) => / HEAD \S+ 500 VL5002 /.test(line)).length, 1);
});

test("a vault that cannot be opened anew ends the server with 1 and one line", { timeout: 60_000 }, async () => {
  const server = await serve([], { options, env: { WASM_STAYS_BROKEN: "1" } });
  await arm(server);
  await server.call("POST", tokens, makeJane).catch(() => {});
  assert.equal(await server.ended, 1);
  assert.match(server.printed.stderr, /^armed\nvaultlet: the vault has failed and cannot be opened anew \([\w ]+\)\n$/);
});
