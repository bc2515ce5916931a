// @ts-check
// Redis servers for tests, alone or six as a cluster: on free ports, in a temporary folder, gone afterwards.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { freePort } from "./free-port.js";

const run = promisify(execFile);

/**
 * By the index of a port: `kill` ends a server at once, `start` starts it again with what it has on disk; `pause` has it
 * do nothing until `resume`.
 * @typedef {object} Servers
 * @property {number[]} ports
 * @property {(index: number) => Promise<void>} kill
 * @property {(index: number) => Promise<void>} start
 * @property {(index: number) => void} pause
 * @property {(index: number) => void} resume
 * @property {() => Promise<void>} stop
 */

/** @returns {Promise<Servers>} */
export const startRedis = () => start(1, []);

/** Three primaries, each with a replica. @param {string[]} [settings] @returns {Promise<Servers>} */
export async function startRedisCluster(settings = []) {
  const servers = await start(6, ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000", ...settings]);
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
    const port = await freePort();
    await mkdir(join(folder, String(index)));
    ports.push(port);
    await launch(index);
  }
  return {
    ports,
    kill,
    start: launch,
    pause: (index) => void servers[index]?.kill("SIGSTOP"),
    resume: (index) => void servers[index]?.kill("SIGCONT"),
    async stop() {
      await Promise.all(servers.map((_, index) => kill(index)));
      // A child that rewrites a file lives a moment longer than its server.
      await rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 });
    },
  };

  /** @param {number} index */
  async function launch(index) {
    const [port = 0, dir] = [ports[index], join(folder, String(index))];
    const options = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "yes"];
    servers[index] = spawn("redis-server", [...options, ...settings], { stdio: "ignore" });
    await until(async () => (await ask(port, "PING").catch(() => "")).includes("PONG"));
  }

  /** @param {number} index */
  async function kill(index) {
    const server = servers[index];
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
  }
}

/** @param {() => Promise<boolean>} holds */
export async function until(holds) {
  for (let waited = 0; waited < 30_000; waited += 50) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Redis did not get ready in 30 seconds");
}
