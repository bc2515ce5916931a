// @ts-check
// A Redis Cluster of six for a trial, and what befalls it. A vault lives in one slot: on one primary and its replica.

import { ask, startRedisCluster } from "../store/engines/redis.js";
import { SLOT_KEY } from "./connections.js";
import { startProxy } from "./proxy.js";

/** @import { Engine } from "./trial.js" */

/** In the script of every write. */
const WRITE = ":write:";

/**
 * `keeps` are the settings that `docs/stores/redis.md` asks for; without, nothing is on a disk, and no replica waited for.
 * @param {{ keeps: boolean }} settings
 * @returns {Promise<Engine>}
 */
export async function startRedisEngine({ keeps }) {
  const servers = await startRedisCluster(keeps ? ["--appendfsync", "always"] : ["--appendonly", "no"]);
  const { ports } = servers;
  /** Of all of them: who is the primary may change while a cut is waited for. @type {(() => void)[]} */
  const waiting = [];
  const proxies = await Promise.all(ports.map((port) => startProxy(port, WRITE, waiting)));
  const nodes = /** @type {[number, number][]} */ (ports.map((port, index) => [port, proxies[index]?.port ?? 0]));
  const waitReplicas = keeps ? 1 : 0;

  /** Whoever has the vault's slot, and its replica, as one that lives sees it. */
  async function pair() {
    const slot = Number(await ask(ports[0] ?? 0, "CLUSTER", "KEYSLOT", SLOT_KEY));
    for (const port of ports) {
      const lines = (await ask(port, "CLUSTER", "NODES").catch(() => "")).trim().split("\n").map((line) => line.split(" "));
      const primary = lines.find(([, , flags = "", , , , , state, ...slots]) => {
        const owns = slots.some((range) => {
          const [first = NaN, last = first] = range.split("-").map(Number);
          return first <= slot && slot <= last;
        });
        return flags.includes("master") && !flags.includes("fail") && state === "connected" && owns;
      });
      const replica = lines.find(([, , flags = "", of]) => of === primary?.[0] && !flags.includes("fail"));
      if (primary === undefined || replica === undefined) continue;
      const [first = -1, second = -1] = [primary, replica].map(([, address = ""]) => ports.indexOf(Number(/:(\d+)@/.exec(address)?.[1])));
      if (first >= 0 && second >= 0) return { primary: first, replica: second };
    }
    return undefined;
  }

  /** Until the vault's slot has a primary and a replica that follows it. */
  async function settle() {
    for (let waited = 0; waited < 60_000; waited += 100) {
      const found = await pair();
      const told = found === undefined ? "" : await ask(ports[found.replica] ?? 0, "INFO", "replication").catch(() => "");
      if (found !== undefined && /role:slave/.test(told) && /master_link_status:up/.test(told)) {
        const state = await ask(ports[found.primary] ?? 0, "CLUSTER", "INFO");
        if (state.includes("cluster_state:ok")) return found;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the cluster did not settle in a minute");
  }

  /** Until another has the slot than the one that was killed. @param {number} killed */
  async function promotion(killed) {
    for (let waited = 0; waited < 60_000; waited += 100) {
      for (const [index, port] of ports.entries()) {
        if (index === killed) continue;
        const told = await ask(port, "CLUSTER", "NODES").catch(() => "");
        const own = told.split("\n").find((line) => line.includes("myself")) ?? "";
        const failed = told.split("\n").find((line) => line.includes(`:${ports[killed]}@`)) ?? "";
        if (own.includes("master") && own.trim().split(" ").length > 8 && failed.includes("fail") && failed.trim().split(" ").length <= 8) return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("no replica was promoted in a minute");
  }

  const disasters = [
    {
      name: "primary killed, its replica promoted",
      async strike() {
        const { primary } = await settle();
        await servers.kill(primary);
        await promotion(primary);
        await servers.start(primary);
        await settle();
      },
    },
    {
      name: "primary killed, started again",
      async strike() {
        const { primary } = await settle();
        await servers.kill(primary);
        await servers.start(primary);
        await settle();
      },
    },
    {
      name: "primary and replica killed, started again",
      async strike() {
        const { primary, replica } = await settle();
        await Promise.all([servers.kill(primary), servers.kill(replica)]);
        await Promise.all([servers.start(primary), servers.start(replica)]);
        await settle();
      },
    },
  ];
  return {
    name: "Redis Cluster",
    settings: keeps ? "`appendfsync always`, `waitReplicas: 1`" : "no AOF, `waitReplicas: 0`",
    place: (index) => ({ client: index % 2 === 0 ? "ioredis" : "redis", nodes, waitReplicas }),
    direct: () => ({ client: "ioredis", nodes: ports.map((port) => [port, port]), waitReplicas: 0 }),
    async cut() {
      await settle();
      await proxies[0]?.cut();
    },
    // Without the settings one is enough.
    disasters: keeps ? disasters : disasters.slice(-1),
    settle: async () => void (await settle()),
    async stop() {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      await servers.stop();
    },
  };
}
