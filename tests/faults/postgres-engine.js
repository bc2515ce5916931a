// @ts-check
// PostgreSQL for a trial, and what befalls it.

import pg from "pg";
import { postgresStore } from "vaultlet/store/postgres";

import { startPostgres } from "../store/engines/postgres.js";
import { startProxy } from "./proxy.js";

/** @import { Engine } from "./trial.js" */

/** In the parameters of every write, whichever client sends it, and in no answer's question. */
const WRITE = '"sealed":"';

/**
 * `keeps` are settings under which PostgreSQL keeps what it acknowledges; without, it commits to memory, and writes to
 * the disk when it comes to it.
 * @param {{ keeps: boolean }} settings
 * @returns {Promise<Engine>}
 */
export async function startPostgresEngine({ keeps }) {
  const server = await startPostgres(["-c", "wal_writer_delay=10s"]);
  const proxy = await startProxy(Number(new URL(server.url).port), WRITE);
  const through = Object.assign(new URL(server.url), { port: String(proxy.port) }).href;
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await postgresStore(admin).migrate();
  // Afterwards: the store refuses such a server.
  if (!keeps) await admin.query("ALTER DATABASE vaults SET synchronous_commit = off");
  await admin.end();
  return {
    name: "PostgreSQL",
    settings: keeps ? "as they come" : "`synchronous_commit = off`",
    place: (index) => ({ client: index % 2 === 0 ? "pg" : "postgres", url: through }),
    direct: () => ({ client: "pg", url: server.url }),
    cut: () => proxy.cut(),
    disasters: [{ name: "server killed, started again", strike: () => server.crash() }],
    settle: async () => {},
    async stop() {
      await proxy.stop();
      await server.stop();
    },
  };
}
