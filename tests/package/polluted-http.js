// @ts-check
// A program for `polluted.test.js`: puts each name that it is told on `Object.prototype`, with one value after the other,
// and asks a handler. Prints each name under which an answer was another than without it, and what it was.

import { readFileSync } from "node:fs";

import { API, DATA, WHY, ask, openHandler, requestOf } from "../http/serve.js";

/** @type {string[]} */
const names = JSON.parse(readFileSync(0, "utf8"));

/** @type {unknown[]} */
const values = [true, "admin", 1, ["*"], () => ({ allow: true }), { answer: () => ({ status: 200, body: "x", headers: {} }) }];

const { handler } = await openHandler();
const { handler: denying } = await openHandler({ policy: () => ({ allow: false }) });
const { body: made } = await ask(handler, `${DATA}/tokens?${WHY}`, {
  method: "POST",
  body: [{ type: "randomized", object: { fields: { name: "Jane Miller", email: "jane@example.com" } } }],
});
const tokens = `${DATA}/tokens?${WHY}`;
const token = `${tokens}&token_ids=${made[0].token_id}`;

/** Each request is made before anything is put there: that is its sender's, in another process. */
const requests = () =>
  /** @type {[typeof denying, Request][]} */ ([
    [handler, requestOf(token)],
    [handler, requestOf(token, { method: "PATCH", body: { tags: ["x"] } })],
    [handler, requestOf(token, { key: null })],
    [handler, requestOf(`${API}/ctl/collections`, { key: null })],
    [denying, requestOf(token)],
    [handler, requestOf("/nowhere")],
    [handler, requestOf(tokens, { method: "PUT" })],
    [handler, requestOf(`${tokens}&unknown=1`)],
    [handler, requestOf(`${API}/data/info/health`, { key: null })],
    [handler, requestOf(`${API}/ctl/collections`)],
    [handler, requestOf(tokens, { method: "OPTIONS", key: null })],
    [handler, requestOf(`${API}/system/info/kms`)],
    [handler, requestOf(`${API}/ctl/collections`, { method: "POST", body: {} })],
  ]);

/** @param {typeof denying} handler @param {Request} request */
async function outcomeOf(handler, request) {
  try {
    const answer = await handler(request);
    // What Hono answers for what it could not do.
    return answer.status === 500 ? "fails" : `${answer.status} ${answer.headers.get("allow")} ${await answer.text()}`;
  } catch {
    return "fails";
  }
}

/** @type {string[]} */
const expected = [];
for (const [handler, request] of requests()) expected.push(await outcomeOf(handler, request));

/** @type {Record<string, string[]>} */
const found = {};
const { prototype } = Object;
for (const name of names) {
  /** @type {Set<string>} */
  const others = new Set();
  for (const value of values) {
    for (const [at, [handler, request]] of requests().entries()) {
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
      const outcome = await outcomeOf(handler, request);
      Reflect.deleteProperty(prototype, name);
      if (outcome !== expected[at]) others.add(outcome);
    }
  }
  if (others.size > 0) found[name] = [...others];
}
console.log(JSON.stringify({ expected, found }));
