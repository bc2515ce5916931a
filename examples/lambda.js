// @ts-check
// A function on AWS Lambda behind a function URL or an HTTP API. In its environment: `KEYS`, the JSON of `generateKeys()`,
// and `API_KEY`, of the one who may call. Its store lasts as long as the instance: give it one of yours.

import { openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { answering, options } from "./email-tokens.js";

const { KEYS, API_KEY } = process.env;
const answer = answering(await openVault({ ...options(KEYS), store: memoryStore() }), API_KEY);

/**
 * @typedef {object} Event
 * @property {string} rawPath
 * @property {string} rawQueryString
 * @property {Record<string, string>} headers
 * @property {string} [body]
 * @property {boolean} isBase64Encoded
 * @property {{ http: { method: string } }} requestContext
 */

/** @param {Event} event */
export async function handler({ rawPath, rawQueryString, headers, body, isBase64Encoded, requestContext }) {
  const { method } = requestContext.http;
  const sent = body === undefined ? {} : { body: isBase64Encoded ? Buffer.from(body, "base64") : body };
  const response = await answer(new Request(`https://function${rawPath}?${rawQueryString}`, { method, headers, ...sent }));
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}
