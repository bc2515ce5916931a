// @ts-check
// A Node service on PostgreSQL: customers in a table of its own, their personal data in a vault on the same pool.
//
//   DATABASE_URL=postgres://… VAULT_KEYS='{"primary": …}' PORT=8080 node examples/postgres-service.js
//
//   PUT /customers/ID   {"name": "…", "email": "…"}    makes the customer, or replaces the data
//   GET /customers/ID
//
// `VAULT_KEYS` is what `JSON.stringify(generateKeys())` gave, once. Who calls is not asked here; a real service asks.

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

import pg from "pg";
import { VaultError, openVault } from "vaultlet";
import { postgresStore } from "vaultlet/store/postgres";

const { DATABASE_URL = "", VAULT_KEYS = "", PORT = "8080" } = process.env;

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
// A connection that breaks while nobody uses it; the pool makes another.
pool.on("error", (error) => console.error(`a database connection broke: ${error.message}`));
await pool.query("CREATE TABLE IF NOT EXISTS customers (id text PRIMARY KEY, token_id text NOT NULL, since timestamptz NOT NULL DEFAULT now())");

const store = postgresStore(pool, { table: "customer_tokens" });
await store.migrate();
const vault = await openVault({
  keys: JSON.parse(VAULT_KEYS),
  collections: { customers: { properties: { name: { type: "NAME" }, email: { type: "EMAIL" } } } },
  store,
  policy: ({ caller }) => ({ allow: caller === "customer-service" }),
});
const { tokens } = vault.as("customer-service");
const about = /** @type {const} */ ({ collection: "customers", reason: "AppFunctionality" });

/** @param {string} id @param {any} fields */
async function put(id, fields) {
  // The service's own row first, with the ID that the token is going to have. Wherever the process ends from here on, the
  // same request, today or in a year, finds the same ID and does the rest.
  await pool.query("INSERT INTO customers (id, token_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", [id, randomUUID()]);
  const { rows } = await pool.query("SELECT token_id FROM customers WHERE id = $1", [id]);
  const [{ token_id }] = rows;
  const object = { fields };
  try {
    await tokens.updateTokens({ ...about, tokenIds: [token_id], requestBody: { object } });
  } catch (error) {
    if (!(error instanceof VaultError && error.code === "PV3009")) throw error;
    // There is no such token yet. Where two requests make it at once, the second is VL3010 (409) and can be repeated.
    await tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object, token_id }] });
  }
  return { id };
}

/** @param {string} id */
async function get(id) {
  const { rows } = await pool.query("SELECT token_id, since FROM customers WHERE id = $1", [id]);
  if (rows.length === 0) return undefined;
  const [found] = await tokens.detokenize({ ...about, tokenIds: [rows[0].token_id] });
  return found && { id, since: rows[0].since, ...found.fields };
}

const server = createServer(async (request, response) => {
  const id = /^\/customers\/([\w-]{1,40})$/.exec(request.url ?? "")?.[1];
  const answer = (/** @type {number} */ status, /** @type {unknown} */ body) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  try {
    const found =
      id === undefined ? undefined : request.method === "PUT" ? await put(id, await json(request)) : await get(id);
    answer(found === undefined ? 404 : 200, found ?? { error: "there is no such customer" });
  } catch (error) {
    // A vault's error holds no personal data. Of any other nothing goes out.
    if (error instanceof VaultError) answer(error.status, error);
    else if (error instanceof SyntaxError) answer(400, { error: "the body must be JSON" });
    else answer(500, { error: "internal error" });
  }
});
server.listen(Number(PORT), () => console.log(`listening on ${/** @type {any} */ (server.address()).port}`));

process.once("SIGTERM", () => {
  // Calls under way are answered first; then keys and memory are wiped, and the database is let go.
  server.close(async () => {
    vault.close();
    await pool.end();
    console.log("closed");
  });
  server.closeIdleConnections();
});
