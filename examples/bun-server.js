// @ts-check
// A server on Bun, on a SQLite file. In its environment: `KEYS`, the JSON of `generateKeys()`, `API_KEY`, of the one who may
// call, `DATABASE`, the file, and `PORT`. To run it: `bun bun-server.js`

// @ts-expect-error Bun's own, whose types come with Bun
import { Database } from "bun:sqlite";
import { openVault } from "vaultlet";
import { sqliteStore } from "vaultlet/store/sqlite";

import { answering, options } from "./email-tokens.js";

const { Bun } = /** @type {any} */ (globalThis);
const { KEYS, API_KEY, DATABASE, PORT } = Bun.env;

const store = sqliteStore(new Database(DATABASE));
await store.migrate();
const vault = await openVault({ ...options(KEYS), store });

Bun.serve({ hostname: "127.0.0.1", port: Number(PORT), fetch: answering(vault, API_KEY) });
