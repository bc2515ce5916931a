// @ts-check
// A Worker of Cloudflare's with a vault on D1, bound as `DB`. Its secrets: `KEYS`, the JSON of `generateKeys()`, and
// `API_KEY`, of the one who may call.

import { openVault } from "vaultlet";
import { d1Store } from "vaultlet/store/d1";

import { answering, options } from "./email-tokens.js";

/** @typedef {{ DB: any, KEYS: string, API_KEY: string }} Env */

/** @param {Env} env */
async function start({ DB, KEYS, API_KEY }) {
  const store = d1Store(DB);
  await store.migrate();
  return answering(await openVault({ ...options(KEYS), store }), API_KEY);
}

/** What has failed to start is started again by the next request. @type {ReturnType<typeof answering> | undefined} */
let answer;

export default {
  async fetch(/** @type {Request} */ request, /** @type {Env} */ env) {
    answer ??= await start(env);
    return answer(request);
  },
};
