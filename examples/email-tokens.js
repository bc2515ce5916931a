// @ts-check
// What the servers of `worker.js`, `deno-server.js`, `bun-server.js`, `edge.js` and `lambda.js` have in common: POST with an
// e-mail address answers a token, GET with ?token=TOKEN the address.

import { VaultError } from "vaultlet";

const about = { collection: "customers", reason: /** @type {const} */ ("AppFunctionality") };

/** A vault's options, all but its store. @param {string | undefined} keys the JSON of `generateKeys()` */
export const options = (keys = "") => ({
  keys: JSON.parse(keys),
  collections: { customers: { properties: { email: { type: /** @type {const} */ ("EMAIL") } } } },
  policy: (/** @type {import("vaultlet").AccessRequest} */ { caller }) => ({ allow: caller.name === "app" }),
});

/** @param {import("vaultlet").Vault} vault @param {string | undefined} apiKey of the one who may call */
export function answering(vault, apiKey) {
  if (!apiKey) throw new Error("there is no `API_KEY`");

  /** @param {Request} request */
  async function answer(request) {
    const { tokens } = vault.as({ name: request.headers.get("authorization") === `Bearer ${apiKey}` ? "app" : "nobody" });
    if (request.method === "POST") {
      const object = { fields: { email: await request.text() } };
      const [{ token_id }] = await tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object }] });
      return Response.json({ token_id });
    }
    const token = new URL(request.url).searchParams.get("token") ?? "";
    const [found] = await tokens.detokenize({ ...about, tokenIds: [token] });
    return found ? Response.json(found.fields) : new Response("there is no such token", { status: 404 });
  }
  return (/** @type {Request} */ request) => answer(request).catch(refuse);
}

const refuse = (/** @type {unknown} */ error) =>
  error instanceof VaultError ? Response.json(error.body, { status: error.status }) : Promise.reject(error);
