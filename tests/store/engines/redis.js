// @ts-check
// Redis servers for tests, alone or six as a cluster: on free ports, in a temporary folder, gone afterwards.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { freePort } from "./free-port.js";

const run = promisify(execFile);

/** @typedef {{ ports: number[], stop: () => Promise<void> }} Servers */

/** @returns {Promise<Servers>} */
export const startRedis = () => start(1, []);

/** Three primaries, each with a replica. @returns {Promise<Servers>} */
export async function startRedisCluster() {
  const servers = await start(6, ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"]);
  const nodes = servers.ports.map((port) => `127.0.0.1:${port}`);
  try {
    await run("redis-cli", ["--cluster", "create", ...nodes, "--cluster-replicas", "1", "--cluster-yes"]);
    await until(async () => {
      const states = await Promise.all(servers.ports.map((port) => ask(port, "CLUSTER", "INFO")));
      const roles = await Promise.all(servers.ports.map((port) => ask(port, "INFO", "replication")));
      const replicas = roles.filter((role) => /master_link_status:up/.test(role)).length;
      return states.every((state) => state.includes("cluster_state:ok")) && replicas === 3;
    });
  } catch (error) {
    await servers.stop();
    throw error;
  }
  return servers;
}

/** @param {number} port @param {string[]} command */
export const ask = async (port, ...command) => (await run("redis-cli", ["-p", String(port), ...command])).stdout;

/**
 * @param {number} count
 * @param {string[]} settings
 * @returns {Promise<Servers>}
 */
async function start(count, settings) {
  await run("redis-server", ["--version"]).catch((cause) => {
    throw new Error("`redis-server` is missing: `apt-get install redis-server` brings it", { cause });
  });
  const folder = await mkdtemp(join(tmpdir(), "vaultlet-redis-"));
  /** @type {import("node:child_process").ChildProcess[]} */
  const servers = [];
  /** @type {number[]} */
  const ports = [];
  for (let index = 0; index < count; index += 1) {
    const [port, dir] = [await freePort(), join(folder, String(index))];
    await mkdir(dir);
    const options = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "yes"];
    servers.push(spawn("redis-server", [...options, ...settings], { stdio: "ignore" }));
    ports.push(port);
    await until(async () => (await ask(port, "PING").catch(() => "")).includes("PONG"));
  }
  return {
    ports,
    async stop() {
      for (const server of servers) server.kill("SIGKILL");
      await Promise.all(servers.map((server) => server.exitCode ?? new Promise((resolve) => server.once("exit", resolve))));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @param {() => Promise<boolean>} holds */
async function until(holds) {
  for (let waited = 0; waited < 30_000; waited += 50) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Redis did not get ready in 30 seconds");
}
