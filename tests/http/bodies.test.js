// @ts-check
// How bodies are read: those of requests that an adapter hands over, which are fastest not read as a stream, and those
// that tell a wrong length; and that `Request`s of each kind are held to the same rules.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:http2";
import { test } from "node:test";

import { getRequestListener } from "@hono/node-server";

import { DATA, KEY, WHY, ask, openHandler, requestOf, serve } from "./serve.js";

const TOKENS = `${DATA}/tokens?${WHY}`;
const ROTATE = `${DATA}/rotate/tokens?${WHY}&token_ids=`;
const AUTHORIZED = { Authorization: `Bearer ${KEY}` };

/**
 * A request as an adapter has it, which reads its body at once or makes a stream of it; and which of the two was asked for.
 * @param {string} path
 * @param {import("./serve.js").Sent} sent
 */
function adapted(path, sent) {
  const request = requestOf(path, sent);
  /** @type {string[]} */
  const read = [];
  const stand = Object.create(Request.prototype, {
    body: { get: () => (read.push("stream"), request.body) },
    arrayBuffer: { value: () => (read.push("at once"), request.arrayBuffer()) },
  });
  for (const name of /** @type {const} */ (["url", "method", "headers", "bodyUsed"])) {
    Object.defineProperty(stand, name, { get: () => request[name] });
  }
  return { request: /** @type {Request} */ (stand), read };
}

test("an adapter is asked for a stream only where its request does not tell how long the body is", async () => {
  const { handler } = await openHandler(undefined, { maxBodyBytes: 100 });
  const host = { host: "vault.test" };
  for (const [path, sent, status, expected] of /** @type {[string, import("./serve.js").Sent, number, string[]][]} */ ([
    [`${TOKENS}&token_ids=a`, {}, 200, []],
    [`${TOKENS}&token_ids=a`, { method: "HEAD" }, 200, []],
    [ROTATE, { method: "POST", headers: { "content-length": "0" } }, 200, []],
    [ROTATE, { method: "POST", headers: host }, 200, []],
    [ROTATE, { method: "POST" }, 200, ["stream"]],
    [ROTATE, { method: "POST", body: "{}", headers: { "content-length": "2" } }, 400, []],
    [ROTATE, { method: "POST", body: "{}" }, 400, ["stream"]],
    [ROTATE, { method: "POST", body: "{}", headers: { ...host, "transfer-encoding": "chunked" } }, 400, ["stream"]],
    [TOKENS, { method: "POST", body: "[]", headers: { "content-length": "2" } }, 200, ["at once"]],
    [TOKENS, { method: "POST", body: "[]", headers: host }, 200, ["stream"]],
    [TOKENS, { method: "POST", body: "[]", headers: { "content-length": "2, 2" } }, 200, ["stream"]],
    [TOKENS, { method: "POST", body: "[]", headers: { "content-length": "2", "transfer-encoding": "chunked" } }, 200, ["stream"]],
    [TOKENS, { method: "POST", body: "", headers: { "content-length": "0" } }, 400, []],
    [TOKENS, { method: "POST", body: `[${" ".repeat(98)}]`, headers: { "content-length": "100" } }, 200, ["at once"]],
    [TOKENS, { method: "POST", body: `[${" ".repeat(99)}]`, headers: { "content-length": "101" } }, 413, []],
    [TOKENS, { method: "POST", body: `[${" ".repeat(99)}]`, headers: host }, 413, ["stream"]],
  ])) {
    const { request, read } = adapted(path, sent);
    const what = JSON.stringify([path, sent]);
    assert.equal((await handler(request)).status, status, what);
    assert.deepEqual([...new Set(read)], expected, what);
  }
});

test("the platform's own request may tell any length: what is longer is cut off all the same", async () => {
  const { handler } = await openHandler(undefined, { maxBodyBytes: 10_000 });
  for (const told of ["0", "2", "10000"]) {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1_000;
        // Should nobody stop it.
        if (sent > 100_000) controller.close();
        else controller.enqueue(new Uint8Array(1_000));
      },
    });
    const { status } = await ask(handler, TOKENS, { method: "POST", body: endless, headers: { "content-length": told } });
    assert.equal(status, 413, told);
    assert(sent <= 12_000, `${told}: ${sent}`);
    const { status: refused } = await ask(handler, ROTATE, { method: "POST", body: "x", headers: { "content-length": told } });
    assert.equal(refused, 400, told);
  }
});

test("a stream of the host's own that brings no bytes, or breaks off, is told as the request's fault", async () => {
  const { handler } = await openHandler();
  for (const chunk of ["text", 7, null, { length: 1 }, new Uint16Array(2), undefined]) {
    let broken = false;
    const body = new ReadableStream({
      pull(controller) {
        if (broken) controller.error(new Error("secret words of the host's"));
        else controller.enqueue(chunk);
        broken = true;
      },
    });
    const request = new Request(`http://vault.test${TOKENS}`, {
      method: "POST",
      body,
      headers: { ...AUTHORIZED, "content-type": "application/json" },
      ...{ duplex: "half" },
    });
    const response = await handler(request);
    const { error_code: code, context, message } = await response.json();
    assert.deepEqual([response.status, code, context.field], [400, "PV1012", "requestBody"], String(chunk));
    assert(!message.includes("secret"));
  }
});

test("over HTTP/2, where a body need not tell its length, it is read, refused or cut off as over HTTP/1.1", async (t) => {
  const { handler } = await openHandler(undefined, { maxBodyBytes: 100_000 });
  const listener = getRequestListener(handler);
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const client = connect(`http://127.0.0.1:${port}`);
  t.after(() => (client.destroy(), server.close()));
  /** @param {string} path @param {string} body */
  const post = async (path, body) => {
    const stream = client.request({ ":method": "POST", ":path": path, authorization: AUTHORIZED.Authorization, "content-type": "application/json" });
    stream.on("error", () => {}).resume();
    stream.end(body);
    const [headers] = await once(stream, "response");
    return headers[":status"];
  };
  assert.equal(await post(TOKENS, "[]"), 200);
  assert.equal(await post(TOKENS, `[${" ".repeat(100_000)}]`), 413);
  assert.equal(await post(ROTATE, ""), 200);
  assert.equal(await post(ROTATE, "{}"), 400);
});

test("an `authenticate` that has read the body is a fault of the host's behind an adapter too; one that read a clone is none", async (t) => {
  const init = { method: "POST", body: "[]", headers: { ...AUTHORIZED, "Content-Type": "application/json" } };
  for (const [authenticate, status] of /** @type {[(request: Request) => Promise<string>, number][]} */ ([
    [(request) => request.text(), 500],
    [(request) => request.clone().text(), 200],
  ])) {
    const { handler } = await openHandler(undefined, { authenticate });
    const { url } = await serve(t, handler);
    assert.equal((await fetch(url + TOKENS, init)).status, status);
  }
});
