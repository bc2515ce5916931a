// @ts-check
// A server on Deno: POST / with an e-mail address answers a token, GET /TOKEN the address. In its environment: `KEYS`, the
// JSON of `generateKeys()`, `API_KEY`, of the one who may call, and `DATABASE`, a file. To run it:
// `deno run --allow-net --allow-env --allow-read --allow-write deno-server.js`

// @ts-expect-error the types of Node 20 have none of it
import { DatabaseSync } from "node:sqlite";
import { VaultError, openVault } from "vaultlet";
import { sqliteStore } from "vaultlet/store/sqlite";

const { Deno } = /** @type {any} */ (globalThis);
const { KEYS, API_KEY, DATABASE, PORT } = Deno.env.toObject();

const store = sqliteStore(new DatabaseSync(DATABASE));
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

Deno.serve({ hostname: "127.0.0.1", port: Number(PORT) }, (/** @type {Request} */ request) => answer(request).catch(refused));
