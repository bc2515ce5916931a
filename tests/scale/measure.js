// @ts-check
// What a scale run does, and what it measures: fill, the time of single calls at two sizes, and throughput against
// processes, beside the same statements without the vault.

import { execFile, fork } from "node:child_process";
import { availableParallelism, platform } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import pg from "pg";
import { generateKeys } from "vaultlet";
import { postgresStore } from "vaultlet/store/postgres";

import { startPostgres } from "../store/engines/postgres.js";
import { BATCH, about, openScaleVault, tagOf } from "./scale-vault.js";

/** @import { Order } from "./process.js" */

const PROCESS = fileURLToPath(new URL("./process.js", import.meta.url));

/**
 * @typedef {object} Plan
 * @property {[few: number, many: number]} sizes multiples of a batch
 * @property {number} repeats of a cheap call; of a dear one there are fewer
 * @property {number} millis of each measurement of throughput
 * @property {number[]} processes
 * @property {(made: number, all: number) => void} [onFill]
 */

/** @typedef {{ name: string, p50: number, p99: number }} Latency in milliseconds */

/** @param {Plan} plan */
export async function measureScale({ sizes: [few, many], repeats, millis, processes, onFill = () => {} }) {
  const server = await startPostgres(["-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB", "-c", "work_mem=16MB"]);
  const keys = generateKeys();
  const pool = new pg.Pool({ connectionString: server.url, max: 4 });
  const pinned = platform() === "linux" && availableParallelism() > 1;
  try {
    await postgresStore(pool).migrate();
    const client = await openScaleVault(postgresStore(pool), keys);
    /** @type {string[]} */
    const tokenIds = [];
    const [small, first] = [await fillTo(0, few), await measureLatencies()];
    const [rest, second] = [await fillTo(few, many), await measureLatencies()];
    const seconds = small + rest;
    const { rows } = await pool.query("SELECT pg_total_relation_size('vaultlet') + pg_total_relation_size('vaultlet_terms') + pg_total_relation_size('vaultlet_claims') AS bytes");
    // From now on the server has a core of its own, so that it, and not the clients, is the limit.
    if (pinned) await pin(await server.pid(), "0");
    const throughputs = [];
    for (const count of processes) {
      throughputs.push({
        processes: count,
        vault: await throughput("vault", count),
        statements: await throughput("statements", count),
      });
    }
    return { pinned, fill: { tokens: many, perSecond: many / seconds, bytesEach: Number(rows[0].bytes) / many }, latencies: [first, second], throughputs };

    /** @param {number} from @param {number} to @returns {Promise<number>} seconds */
    async function fillTo(from, to) {
      const began = performance.now();
      const batches = Array.from({ length: (to - from) / BATCH }, (_, index) => from / BATCH + index);
      let made = from;
      const workers = Math.min(4, batches.length);
      await Promise.all(
        Array.from({ length: workers }, (_, worker) =>
          employ({ url: server.url, keys, work: "fill", batches: batches.filter((batch) => batch % workers === worker) }, (told) => {
            made += told.made;
            tokenIds.push(...told.tokenIds);
            onFill(made, to);
          }),
        ),
      );
      const elapsed = (performance.now() - began) / 1_000;
      await pool.query("VACUUM ANALYZE");
      await pool.query("CHECKPOINT");
      return elapsed;
    }

    /** @returns {Promise<Latency[]>} */
    async function measureLatencies() {
      const { tokens } = client;
      const pick = () => Math.floor(Math.random() * tokenIds.length);
      const one = () => [tokenIds[pick()] ?? ""];
      const requestBody = () => ({ tags: [`tag ${Math.random()}`] });
      const batches = tokenIds.length / 100;
      const all = [
        await time("detokenize by ID", repeats, () => tokens.detokenize({ ...about, tokenIds: one() })),
        await time("update by ID", repeats, () => tokens.updateTokens({ ...about, tokenIds: one(), requestBody: requestBody() })),
        await time("rotate of 100", Math.ceil(repeats / 5), async () => {
          const start = Math.floor(Math.random() * batches) * 100;
          const map = await tokens.rotateTokens({ ...about, tokenIds: tokenIds.slice(start, start + 100) });
          tokenIds.splice(start, 100, ...Object.values(map));
        }),
      ];
      // With another expiry only: they keep the tag. An update above may have taken it from a few.
      all.push(
        await time("update by a tag on 1,000", Math.ceil(repeats / 20), () =>
          tokens.updateTokens({ ...about, tags: [tagOf(Math.floor(Math.random() * batches))], expirationSecs: "100000", requestBody: {} }),
        ),
      );
      return all;
    }

    /** Calls a second. @param {"vault" | "statements"} work @param {number} count */
    async function throughput(work, count) {
      /** @type {(() => void)[]} */
      const begin = [];
      let done = 0;
      await Promise.all(
        Array.from({ length: count }, (_, index) => {
          const own = tokenIds.filter((_, at) => at % count === index).slice(0, 200);
          return employ({ url: server.url, keys, work, millis, tokenIds: own }, (told, child) => {
            if (told !== "ready") return void (done += told.done);
            begin.push(() => child.send("go"));
            if (begin.length === count) for (const go of begin) go();
          }, pinned ? `1-${availableParallelism() - 1}` : undefined);
        }),
      );
      return (done * 1_000) / millis;
    }
  } finally {
    await pool.end();
    await server.stop();
  }
}

/** @param {string} name @param {number} times @param {() => Promise<unknown>} work @returns {Promise<Latency>} */
async function time(name, times, work) {
  // What is done the first time only is not what is measured.
  await work();
  /** @type {number[]} */
  const taken = [];
  for (let count = 0; count < times; count += 1) {
    const began = performance.now();
    await work();
    taken.push(performance.now() - began);
  }
  taken.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => taken[Math.min(Math.floor(taken.length * share), taken.length - 1)] ?? NaN;
  return { name, p50: at(0.5), p99: at(0.99) };
}

/**
 * A process that does what it is told, until it ends.
 * @param {Order} order @param {(told: any, child: import("node:child_process").ChildProcess) => void} onMessage
 * @param {string} [cores]
 */
async function employ(order, onMessage, cores) {
  const child = fork(PROCESS, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = new Promise((resolve, reject) => {
    child.once("exit", (code) => (code === 0 ? resolve(undefined) : reject(new Error(`a process of the run ended with ${code}`))));
  });
  child.on("message", (told) => onMessage(told, child));
  if (cores !== undefined) await pin(child.pid ?? 0, cores);
  child.send(order);
  await ended;
}

/** With all that it will start. @param {number} pid @param {string} cores */
const pin = async (pid, cores) => void (await promisify(execFile)("taskset", ["-acp", cores, String(pid)]));
