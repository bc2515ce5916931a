// @ts-check
// An edge function of Vercel's. In its environment: `KEYS`, the JSON of `generateKeys()`, and `API_KEY`, of the one who may
// call. Its store lasts as long as the instance: give it one of yours, which it reaches by `fetch`.

import { openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { answering, options } from "./email-tokens.js";

export const config = { runtime: "edge" };

const { KEYS, API_KEY } = process.env;
const opening = openVault({ ...options(KEYS), store: memoryStore() }).then((vault) => answering(vault, API_KEY));

export default async (/** @type {Request} */ request) => (await opening)(request);
