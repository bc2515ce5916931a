// @ts-check
// A function on AWS Lambda behind a function URL or an HTTP API: POST / with an e-mail address answers a token, GET /TOKEN
// the address. In its environment: `KEYS`, the JSON of `generateKeys()`, and `API_KEY`, of the one who may call. Its store
// lasts as long as the instance: give it one of yours.

import { VaultError, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

const vault = openVault({
  keys: JSON.parse(process.env["KEYS"] ?? ""),
  collections: { customers: { properties: { email: { type: "EMAIL" } } } },
  store: memoryStore(),
  policy: ({ caller }) => ({ allow: caller.name === "app" }),
});
const about = { collection: "customers", reason: /** @type {const} */ ("AppFunctionality") };

/** @typedef {{ rawPath: string, headers: Record<string, any>, body?: string, requestContext: { http: any } }} Event */

const headers = { "content-type": "application/json" };
const reply = (/** @type {number} */ statusCode, /** @type {unknown} */ body) => ({ statusCode, headers, body: JSON.stringify(body) });

/** @param {Event} event */
async function answer({ rawPath, headers, body = "", requestContext }) {
  const { tokens } = (await vault).as({ name: headers["authorization"] === `Bearer ${process.env["API_KEY"]}` ? "app" : "nobody" });
  if (requestContext.http.method === "POST") {
    const requestBody = [{ type: /** @type {const} */ ("randomized"), object: { fields: { email: body } } }];
    const [token] = await tokens.tokenize({ ...about, requestBody });
    return reply(200, { token_id: token?.token_id });
  }
  const [found] = await tokens.detokenize({ ...about, tokenIds: [rawPath.slice(1)] });
  return found ? reply(200, found.fields) : reply(404, "there is no such token");
}

const refused = (/** @type {unknown} */ error) =>
  error instanceof VaultError ? reply(error.status, error.body) : Promise.reject(error);

export const handler = (/** @type {Event} */ event) => answer(event).catch(refused);
