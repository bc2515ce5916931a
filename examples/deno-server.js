// @ts-check
// A server on Deno, on a SQLite file. In its environment: `KEYS`, the JSON of `generateKeys()`, `API_KEY`, of the one who may
// call, `DATABASE`, the file, and `PORT`. To run it:
// `deno run --allow-net --allow-env --allow-read --allow-write deno-server.js`

// @ts-expect-error the types of Node 20 have none of it
import { DatabaseSync } from "node:sqlite";
import { openVault } from "vaultlet";
import { sqliteStore } from "vaultlet/store/sqlite";

import { answering, options } from "./email-tokens.js";

const { Deno } = /** @type {any} */ (globalThis);
const { KEYS, API_KEY, DATABASE, PORT } = Deno.env.toObject();

const store = sqliteStore(new DatabaseSync(DATABASE));
await store.migrate();
const vault = await openVault({ ...options(KEYS), store });

Deno.serve({ hostname: "127.0.0.1", port: Number(PORT) }, answering(vault, API_KEY));
