// @ts-check
// A server on Bun: POST / with an e-mail address answers a token, GET /TOKEN the address. In its environment: `KEYS`, the
// JSON of `generateKeys()`, `API_KEY`, of the one who may call, and `DATABASE`, a file. To run it: `bun bun-server.js`

// @ts-expect-error Bun's own, whose types come with Bun
import { Database } from "bun:sqlite";
import { VaultError, openVault } from "vaultlet";
import { sqliteStore } from "vaultlet/store/sqlite";

const { Bun } = /** @type {any} */ (globalThis);
const { KEYS, API_KEY, DATABASE, PORT } = Bun.env;

const store = sqliteStore(new Database(DATABASE));
await store.migrate();
const vault = await openVault({
  keys: JSON.parse(KEYS),
  collections: { customers: { properties: { email: { type: "EMAIL" } } } },
  store,
  policy: ({ caller }) => ({ allow: caller.name === "app" }),
});
const about = { collection: "customers", reason: /** @type {const} */ ("AppFunctionality") };

/** @param {Request} request */
async function answer(request) {
  const { tokens } = vault.as({ name: request.headers.get("authorization") === `Bearer ${API_KEY}` ? "app" : "nobody" });
  if (request.method === "POST") {
    const object = { fields: { email: await request.text() } };
    const [{ token_id }] = await tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object }] });
    return Response.json({ token_id });
  }
  const [found] = await tokens.detokenize({ ...about, tokenIds: [new URL(request.url).pathname.slice(1)] });
  return found ? Response.json(found.fields) : new Response("there is no such token", { status: 404 });
}

const refused = (/** @type {unknown} */ error) =>
  error instanceof VaultError ? Response.json(error.body, { status: error.status }) : Promise.reject(error);

Bun.serve({ hostname: "127.0.0.1", port: Number(PORT), fetch: (/** @type {Request} */ request) => answer(request).catch(refused) });
