// @ts-check
// The load of the service: what each operation on one token costs beside a bare Hono handler that parses and answers the
// same JSON, and the memory over many requests. `node --expose-gc tests/http/load/load.js [rounds] [requests]`.
//
// Both sides are served by this process, the vault by the listener of `vaultlet serve` and the bare handler by the adapter
// that is below it, and asked by another process: in turns, so that whatever else the machine does meets both, and after
// both have run warm. What is told is the median of the rounds. On few cores the two processes share them; the processor
// time of this one is told as well, for it is that of the server alone.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";

import { listen } from "../../../pkg/bin/listen.js";
import { makeLog } from "../../../pkg/bin/log.js";
import { DATA, WHY, ask, openHandler } from "../serve.js";

/** One that waits for each answer, and as many as keep the server busy. Each has a token of its own: no two write the same one. */
const CONNECTIONS = [1, 8];
const MOST = Math.max(...CONNECTIONS);
/** Requests of a round, and of what goes before the rounds. */
const ROUND = 10_000;
const WARM = 20_000;

/** Times in milliseconds; of the server's processor, in microseconds for each request. */
/** @typedef {{ perSecond: number, p50: number, p99: number, cpu: number }} Measured */
/** @typedef {{ name: string, connections: number, vault: Measured, bare: Measured, share: number, cpuShare: number, wrong: number }} Compared */

/** @param {Hono} bare */
async function serveBare(bare) {
  const server = createServer(getRequestListener(bare.fetch));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, close: () => (server.closeAllConnections(), server.close()) };
}

/** @param {object} order @returns {Promise<Measured & { total: number, wrong: number, ids: string[] }>} */
async function shoot(order) {
  const before = process.cpuUsage();
  const child = spawn(process.execPath, [fileURLToPath(new URL("shoot.js", import.meta.url)), JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (text) => void (output += text));
  /** @type {number | null} */
  const status = await new Promise((resolve, reject) => void child.on("error", reject).on("close", resolve));
  if (status !== 0) throw new Error(`status ${status}`);
  const shot = JSON.parse(output);
  const { user, system } = process.cpuUsage(before);
  return { ...shot, cpu: Math.round((user + system) / shot.total) };
}

/** @param {number[]} values */
const median = (values) => Number(values.toSorted((one, other) => one - other)[values.length >> 1]);

/** @param {Measured[]} rounds @returns {Measured} */
const medians = (rounds) => ({
  perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  p50: median(rounds.map(({ p50 }) => p50)),
  p99: median(rounds.map(({ p99 }) => p99)),
  cpu: median(rounds.map(({ cpu }) => cpu)),
});

/**
 * @param {{ rounds: number, requests: number }} wanted
 */
export async function measureLoad({ rounds, requests }) {
  const { handler } = await openHandler({ policy: () => ({ allow: true }), audit: () => {} });
  const body = Array.from({ length: MOST }, () => ({
    type: "randomized",
    object: { fields: { name: "Jane Miller", email: "jane@example.com" } },
  }));
  const { body: made } = await ask(handler, `${DATA}/tokens?${WHY}`, { method: "POST", body });
  /** @type {string[]} */
  const ids = made.map((/** @type {{ token_id: string }} */ { token_id }) => token_id);
  const update = JSON.stringify({ object: { fields: { name: "Jane Miller", email: "jane@example.org" } } });
  const shown = [{ token_id: ids[0], fields: { email: "jane@example.com", name: "Jane Miller" } }];
  const bare = new Hono();
  bare.get(`${DATA}/tokens`, (context) => context.json(shown));
  bare.patch(`${DATA}/tokens`, async (context) => (await context.req.json(), context.body(null, 200)));
  // Its map names the same token again, for the next request.
  bare.post(`${DATA}/rotate/tokens`, (context) => context.json({ [context.req.query("token_ids") ?? ""]: context.req.query("token_ids") }));
  const vault = await listen({ handler, host: "127.0.0.1", hostOption: "--host", port: 0, log: makeLog("none", () => {}) });
  const rival = await serveBare(bare);
  const query = `?${WHY}&token_ids=TOKEN`;
  const orders = {
    detokenize: { method: "GET", path: `${DATA}/tokens${query}` },
    update: { method: "PATCH", path: `${DATA}/tokens${query}`, body: update },
    rotate: { method: "POST", path: `${DATA}/rotate/tokens${query}`, follows: true },
  };
  /** @param {object} order @param {{ amount: number, url: string, connections?: number }} how */
  const load = async (order, { amount, url, connections = MOST }) => {
    const shot = await shoot({ ...order, url, amount, ids: ids.slice(0, connections) });
    // A rotation has given the tokens other IDs.
    ids.splice(0, connections, ...shot.ids);
    return shot;
  };
  /** @type {Compared[]} */
  const table = [];
  /** @type {{ requests: number, rss: number, heap: number }[]} */
  const memory = [];
  try {
    for (const order of Object.values(orders)) for (const { url } of [rival, vault]) await load(order, { amount: WARM, url });
    for (const connections of CONNECTIONS) {
      for (const [name, order] of Object.entries(orders)) {
        const pairs = [];
        for (let round = 0; round < rounds; round += 1) {
          const how = { amount: ROUND, connections };
          pairs.push({ bare: await load(order, { ...how, url: rival.url }), vault: await load(order, { ...how, url: vault.url }) });
        }
        table.push({
          name,
          connections,
          bare: medians(pairs.map((pair) => pair.bare)),
          vault: medians(pairs.map((pair) => pair.vault)),
          share: median(pairs.map((pair) => pair.vault.perSecond / pair.bare.perSecond)),
          cpuShare: median(pairs.map((pair) => pair.bare.cpu / pair.vault.cpu)),
          wrong: pairs.reduce((sum, pair) => sum + pair.bare.wrong + pair.vault.wrong, 0),
        });
      }
    }
    for (let part = 0; part <= 4; part += 1) {
      if (part > 0) await load(orders.update, { amount: Math.ceil(requests / 4), url: vault.url });
      globalThis.gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      memory.push({ requests: Math.ceil(requests / 4) * part, rss: Math.round(rss / 2 ** 20), heap: Math.round(heapUsed / 2 ** 20) });
    }
  } finally {
    rival.close();
    await vault.stop(() => {});
  }
  return { table, memory };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { table, memory } = await measureLoad({ rounds: Number(process.argv[2] ?? 5), requests: Number(process.argv[3] ?? 200_000) });
  /** @param {Measured} measured */
  const shown = ({ perSecond, p50, p99, cpu }) => `${Math.round(perSecond)}/s, p50 ${p50} ms, p99 ${p99} ms, ${cpu} µs of the server's processor`;
  for (const { name, connections, vault, bare, share, cpuShare, wrong } of table) {
    console.log(`${name}, ${connections} at once: ${shown(vault)}; bare ${shown(bare)}; ${share.toFixed(2)} of it (by processor ${cpuShare.toFixed(2)}); ${wrong} wrong`);
  }
  for (const { requests, rss, heap } of memory) console.log(`after ${requests} more requests: ${rss} MiB, of it ${heap} MiB of heap`);
}
