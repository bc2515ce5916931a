// @ts-check
// The load of `vaultlet/http`: what each operation on one token costs beside a bare Hono handler that parses and answers
// the same JSON, and the memory over many requests. `node --expose-gc tests/http/load/load.js [seconds] [requests]`.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";

import { DATA, WHY, ask, openHandler } from "../serve.js";

/** Each has a token of its own, so that no two write the same one. */
const CONNECTIONS = 8;

/** @typedef {{ perSecond: number, p50: number, p99: number, total: number, wrong: number }} Measured */

/** @param {(request: Request) => Response | Promise<Response>} handler */
async function listen(handler) {
  const server = createServer(getRequestListener(handler));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, close: () => (server.closeAllConnections(), server.close()) };
}

/** @param {object} order @returns {Promise<Measured>} */
function shoot(order) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("shoot.js", import.meta.url)), JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (text) => void (output += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (status) => (status === 0 ? resolve(JSON.parse(output)) : reject(new Error(`status ${status}`))));
  });
}

/**
 * @param {{ seconds: number, requests: number }} wanted
 */
export async function measureLoad({ seconds, requests }) {
  const { handler } = await openHandler({ policy: () => ({ allow: true }), audit: () => {} });
  const body = Array.from({ length: CONNECTIONS }, () => ({
    type: "randomized",
    object: { fields: { name: "Jane Miller", email: "jane@example.com" } },
  }));
  const { body: made } = await ask(handler, `${DATA}/tokens?${WHY}`, { method: "POST", body });
  const ids = made.map((/** @type {{ token_id: string }} */ { token_id }) => token_id);
  const update = JSON.stringify({ object: { fields: { name: "Jane Miller", email: "jane@example.org" } } });
  const shown = [{ token_id: ids[0], fields: { email: "jane@example.com", name: "Jane Miller" } }];
  const bare = new Hono();
  bare.get(`${DATA}/tokens`, (context) => context.json(shown));
  bare.patch(`${DATA}/tokens`, async (context) => (await context.req.json(), context.body(null, 200)));
  // Its map names the same token again, for the next request.
  bare.post(`${DATA}/rotate/tokens`, (context) => context.json({ [context.req.query("token_ids") ?? ""]: context.req.query("token_ids") }));
  const [vault, rival] = [await listen(handler), await listen(bare.fetch)];
  const query = `?${WHY}&token_ids=TOKEN`;
  const orders = {
    detokenize: { method: "GET", path: `${DATA}/tokens${query}`, ids },
    update: { method: "PATCH", path: `${DATA}/tokens${query}`, body: update, ids },
    // Last: afterwards the tokens have other IDs.
    rotate: { method: "POST", path: `${DATA}/rotate/tokens${query}`, ids, follows: true },
  };
  /** @type {Record<string, { vault: Measured, bare: Measured }>} */
  const table = {};
  /** @type {{ requests: number, rss: number, heap: number }[]} */
  const memory = [];
  try {
    for (const [name, order] of Object.entries(orders)) {
      if (name === "rotate") await watchMemory();
      // Warm; a rotation once only, for its tokens are then others.
      if (name !== "rotate") for (const { url } of [vault, rival]) await shoot({ ...order, url, seconds: 1 });
      table[name] = { bare: await shoot({ ...order, url: rival.url, seconds }), vault: await shoot({ ...order, url: vault.url, seconds }) };
    }
  } finally {
    vault.close();
    rival.close();
  }
  return { table, memory };

  async function watchMemory() {
    let total = 0;
    for (let part = 0; part <= 4; part += 1) {
      globalThis.gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      memory.push({ requests: total, rss: Math.round(rss / 2 ** 20), heap: Math.round(heapUsed / 2 ** 20) });
      if (part === 4) return;
      total += (await shoot({ ...orders.update, url: vault.url, amount: Math.ceil(requests / 4) })).total;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { table, memory } = await measureLoad({ seconds: Number(process.argv[2] ?? 10), requests: Number(process.argv[3] ?? 200_000) });
  for (const [name, { vault, bare }] of Object.entries(table)) {
    const share = (vault.perSecond / bare.perSecond).toFixed(2);
    console.log(`${name}: ${vault.perSecond}/s, p50 ${vault.p50} ms, p99 ${vault.p99} ms; bare ${bare.perSecond}/s, p50 ${bare.p50} ms, p99 ${bare.p99} ms; ${share} of it; ${vault.wrong} wrong`);
  }
  for (const { requests, rss, heap } of memory) console.log(`after ${requests} requests: ${rss} MiB, of it ${heap} MiB of heap`);
}
