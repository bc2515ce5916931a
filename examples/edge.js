// @ts-check
// An edge function of Vercel's: POST with an e-mail address answers a token, GET ?token=TOKEN the address. In its
// environment: `KEYS`, the JSON of `generateKeys()`, and `API_KEY`, of the one who may call. Its store lasts as long as
// the instance: give it one of yours, which it reaches by `fetch`.

import { VaultError, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

export const config = { runtime: "edge" };

const vault = openVault({
  keys: JSON.parse(process.env["KEYS"] ?? ""),
  collections: { customers: { properties: { email: { type: "EMAIL" } } } },
  store: memoryStore(),
  policy: ({ caller }) => ({ allow: caller.name === "app" }),
});
const about = { collection: "customers", reason: /** @type {const} */ ("AppFunctionality") };

/** @param {Request} request */
async function answer(request) {
  const known = request.headers.get("authorization") === `Bearer ${process.env["API_KEY"]}`;
  const { tokens } = (await vault).as({ name: known ? "app" : "nobody" });
  if (request.method === "POST") {
    const object = { fields: { email: await request.text() } };
    const [{ token_id }] = await tokens.tokenize({ ...about, requestBody: [{ type: "randomized", object }] });
    return Response.json({ token_id });
  }
  const [found] = await tokens.detokenize({ ...about, tokenIds: [new URL(request.url).searchParams.get("token") ?? ""] });
  return found ? Response.json(found.fields) : new Response("there is no such token", { status: 404 });
}

const refused = (/** @type {unknown} */ error) =>
  error instanceof VaultError ? Response.json(error.body, { status: error.status }) : Promise.reject(error);

export default (/** @type {Request} */ request) => answer(request).catch(refused);
