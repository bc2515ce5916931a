// @ts-check
// A Worker of Cloudflare's with a vault on D1: POST / with an e-mail address answers a token, GET /TOKEN the address.
// Its secrets: `KEYS`, the JSON of `generateKeys()`, and `API_KEY`, of the one who may call.

import { VaultError, openVault } from "vaultlet";
import { d1Store } from "vaultlet/store/d1";

/** @typedef {{ DB: any, KEYS: string, API_KEY: string }} Env */

const about = { collection: "customers", reason: /** @type {const} */ ("AppFunctionality") };

/** @param {Env} env */
async function open({ DB, KEYS }) {
  const store = d1Store(DB);
  await store.migrate();
  const collections = { customers: { properties: { email: { type: /** @type {const} */ ("EMAIL") } } } };
  return openVault({ keys: JSON.parse(KEYS), collections, store, policy: ({ caller }) => ({ allow: caller.name === "app" }) });
}

/** @type {import("vaultlet").Vault | undefined} */
let vault;

/** @param {Request} request @param {Env} env */
async function answer(request, env) {
  vault ??= await open(env);
  const { tokens } = vault.as({ name: request.headers.get("authorization") === `Bearer ${env.API_KEY}` ? "app" : "nobody" });
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

export default { fetch: (/** @type {Request} */ request, /** @type {Env} */ env) => answer(request, env).catch(refused) };
