// @ts-check
// One trial: client processes work on an engine while it is struck, and afterwards their records are held against what
// the vault has.

import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { generateKeys } from "vaultlet";

import { check } from "./check.js";
import { connect } from "./connections.js";
import { readRecords } from "./records.js";
import { TAGS, about, holding, openTrialVault } from "./trial-vault.js";

/** @import { Place } from "./connections.js" */

/**
 * `place` is where the client with an index goes, `direct` where nothing befalls one. `cut` answers when it has cut the
 * answer of a write.
 * @typedef {object} Engine
 * @property {string} name
 * @property {string} settings
 * @property {(index: number) => Place} place
 * @property {() => Place} direct
 * @property {() => Promise<void>} cut
 * @property {{ name: string, strike: () => Promise<void> }[]} disasters each leaves the engine as it was
 * @property {() => Promise<void>} settle
 * @property {() => Promise<void>} stop
 */

const CLIENT = fileURLToPath(new URL("./client.js", import.meta.url));

export const CUT = "answer of a write cut";
export const KILLED = "client killed between read and write";

/** How long clients may take to come to an end of their calls. */
const PATIENCE = 240_000;

/**
 * Strikes with one disaster after the other until the time is over, with each at least once, however slow the machine
 * is. Before each come smaller faults: `cuts` of a write's answer, and a client killed.
 * @param {Engine} engine
 * @param {{ clients: number, millis: number, cuts: number, signal?: AbortSignal, onProgress?: (told: { answered: number, faults: number, share: number }) => void }} options
 */
export async function runTrial(engine, { clients: count, millis, cuts, signal, onProgress = () => {} }) {
  const folder = await mkdtemp(join(tmpdir(), "vaultlet-faults-"));
  const keys = generateKeys();
  const { store, close } = await connect(engine.direct());
  const { tokens, close: closeVault } = await openTrialVault(store, keys);
  const requestBody = [{ type: /** @type {const} */ ("randomized"), object: holding("at first"), tags: [TAGS.register] }];
  const [register] = await tokens.tokenize({ ...about, requestBody });
  const paths = Array.from({ length: count }, (_, index) => join(folder, `${index}.jsonl`));

  const progress = { answered: 0, faults: 0 };
  /** @type {Map<string, number>} */
  const faults = new Map([CUT, KILLED, ...engine.disasters.map(({ name }) => name)].map((name) => [name, 0]));
  let finishing = false;
  /** Who ends from now on has been ended. */
  let over = false;
  /** @type {import("node:child_process").ChildProcess[]} */
  const clients = [];
  /** What a client that ended by itself has said. @type {Error[]} */
  const broken = [];

  /** @param {number} index */
  function start(index) {
    const client = fork(CLIENT, { stdio: ["ignore", "inherit", "pipe", "ipc"] });
    let said = "";
    client.stderr?.on("data", (chunk) => (said += chunk));
    client.on("message", () => (progress.answered += 1));
    client.on("error", () => {});
    client.on("exit", (code, signal) => {
      if (signal === "SIGKILL" && !over) start(index);
      else if (code !== 0 && !over) broken.push(new Error(`client ${index} ended: ${said}`));
    });
    client.send({ index, place: engine.place(index), keys, records: paths[index], register: register?.token_id });
    // It may have to be repeated first what it was killed at.
    if (finishing) client.send("finish");
    clients[index] = client;
  }
  /** @type {Promise<never>} */
  const aborted = new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("the trial was aborted"))));
  aborted.catch(() => {});

  /** @param {string} name @param {() => Promise<unknown>} strike */
  async function inject(name, strike) {
    await Promise.race([strike(), aborted]);
    faults.set(name, (faults.get(name) ?? 0) + 1);
    progress.faults += 1;
  }

  /** @param {number} index */
  async function killClient(index) {
    const client = clients[index];
    if (client === undefined || client.exitCode !== null || client.signalCode !== null) return;
    const ended = new Promise((resolve) => client.once("exit", resolve));
    client.send("die before the next write");
    await ended;
  }

  let began = Infinity;
  const share = () => Math.max(0, Math.min((performance.now() - began) / millis, 1));
  const ticker = setInterval(() => onProgress({ ...progress, share: share() }), 200);
  try {
    for (let index = 0; index < count; index += 1) start(index);
    while (progress.answered < count * 5) await pause();
    began = performance.now();
    for (let round = 0; round < engine.disasters.length || share() < 1; round += 1) {
      for (let cut = 0; cut < cuts; cut += 1) {
        await inject(CUT, () => engine.cut());
        await pause();
      }
      await inject(KILLED, () => killClient(round % count));
      await pause();
      const disaster = engine.disasters[round % engine.disasters.length];
      if (disaster !== undefined) await inject(disaster.name, disaster.strike);
      await pause();
    }
    finishing = true;
    for (const client of clients) if (client.connected) client.send("finish");
    const deadline = performance.now() + PATIENCE;
    while (clients.some(({ exitCode }) => exitCode === null) && performance.now() < deadline) await pause();
    over = true;
    for (const client of clients) client.kill("SIGKILL");
    if (broken[0] !== undefined) throw broken[0];

    await engine.settle();
    const find = async (/** @type {string} */ tag) =>
      (await tokens.detokenize({ ...about, tags: [tag] })).map(({ token_id, fields }) => ({ token_id, value: String(fields["note"]) }));
    const own = [];
    for (const index of paths.keys()) own.push(await find(TAGS.own(index)));
    const [last] = await find(TAGS.register);
    const holdings = { own, reused: await find(TAGS.reused), register: last?.value };
    return { faults, seconds: (performance.now() - began) / 1_000, ...check(paths.map(readRecords), holdings) };
  } finally {
    over = true;
    clearInterval(ticker);
    for (const client of clients) client.kill("SIGKILL");
    closeVault();
    await close();
    await rm(folder, { recursive: true, force: true });
  }

  /** So long that clients do something in between; none must have ended by itself. */
  async function pause() {
    await Promise.race([sleep(100), aborted]);
    if (broken[0] !== undefined) throw broken[0];
  }
}

/** @typedef {Awaited<ReturnType<typeof runTrial>>} Outcome */
