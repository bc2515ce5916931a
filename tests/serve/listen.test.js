// @ts-check
// The listener by itself, with handlers that answer when and what a test needs: clients that leave, what the log says of
// them, and the end.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";

import { Connections } from "../../pkg/bin/connections.js";
import { listen } from "../../pkg/bin/listen.js";
import { makeLog } from "../../pkg/bin/log.js";

/** @import { TestContext } from "node:test" */
/** @import { Handler } from "../../pkg/bin/listen.js" */

/** More than the buffers of two sockets hold. */
const LARGE = 64 * 1024 * 1024;

/**
 * @param {TestContext} t
 * @param {Handler} handler
 */
async function listening(t, handler) {
  /** @type {string[]} */
  const lines = [];
  const log = makeLog("text", (line) => void lines.push(line.split(" ").slice(1).join(" ").replace(/ \d+ ms/, "")));
  const { url, stop } = await listen({ handler, host: "127.0.0.1", hostOption: "--host", port: 0, log });
  const end = () => stop(() => {});
  /** @type {(text: string) => Promise<import("node:net").Socket>} */
  async function send(text) {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    t.after(() => socket.destroy());
    socket.on("error", () => {});
    await once(socket, "connect");
    socket.write(text);
    return socket;
  }
  t.after(() => void end());
  return { lines, send, end };
}

/** @param {string} id */
const get = (id) => `GET /errors HTTP/1.1\r\nHost: a\r\nX-Pvault-Request-ID: ${id}\r\n\r\n`;

/** A handler that has begun several requests, and answers none. @param {number} many */
function neverAnswering(many) {
  let resolve = () => {};
  const begun = new Promise((done) => (resolve = () => done(undefined)));
  let count = 0;
  /** @type {Handler} */
  const handler = () => {
    count += 1;
    if (count === many) resolve();
    return new Promise(() => {});
  };
  return { handler, begun };
}

/** Waits until there are as many lines. @param {string[]} lines @param {number} many */
async function lined(lines, many) {
  for (let tries = 0; tries < 500 && lines.length < many; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("each of several requests of a client that goes away has its line, with its own ID", async (t) => {
  const { handler, begun } = neverAnswering(3);
  const { lines, send } = await listening(t, handler);
  const socket = await send(get("one") + get("two") + get("three"));
  await begun;
  socket.destroy();
  await lined(lines, 3);
  assert.deepEqual(lines.sort(), ["GET /errors - cut off one", "GET /errors - cut off three", "GET /errors - cut off two"]);
});

test("several requests of a client that goes away do not keep the end", async () => {
  const connections = new Connections();
  let begun = 0;
  const server = createServer((_, outgoing) => {
    connections.begin(outgoing);
    begun += 1;
    if (begun < 3) return;
    socket.destroy();
    server.close();
  });
  server.on("connection", (each) => connections.add(each));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect(/** @type {import("node:net").AddressInfo} */ (server.address()).port, "127.0.0.1");
  socket.write(get("one") + get("two") + get("three"));
  await once(server, "close");
  // Where it is not told that they are over, this is never.
  await connections.over();
  assert.equal(begun, 3);
});

test("who sends no more after a request has the answer that is there in the same turn, and is gone for one that is not", async (t) => {
  const { lines, send } = await listening(t, async (request) => (request.headers.has("X-Never") ? new Promise(() => {}) : new Response("answered")));
  // One client alone does not wait for the end of the turn.
  await send("");
  // Node reads 64 KiB at a time: of what ends there it learns in the same turn that it was the last.
  for (const size of [65_535, 65_536, 65_537, 131_072]) {
    const head = get("half").replace("\r\n\r\n", "\r\nX-Padding: ");
    const socket = await send("");
    let answer = "";
    socket.setEncoding("utf8").on("data", (part) => (answer += part));
    socket.end(`${head}${"x".repeat(size - head.length - 4)}\r\n\r\n`);
    await once(socket, "close");
    assert(answer.endsWith("answered"), `${size}: ${answer}`);
  }
  const left = await send("");
  left.resume().end(get("left").replace("\r\n\r\n", "\r\nX-Never: a\r\n\r\n"));
  await once(left, "close");
  await lined(lines, 5);
  assert.deepEqual(lines, [...Array(4).fill("GET /errors 200 half"), "GET /errors - cut off left"]);
});

test("who leaves in the middle of an answer is cut off, and who has all of it is not", async (t) => {
  const { lines, send } = await listening(t, async () => new Response(new Uint8Array(LARGE)));
  const leaving = await send(get("left"));
  await once(leaving, "readable");
  leaving.destroy();
  await lined(lines, 1);
  assert.deepEqual(lines, ["GET /errors 200 cut off left"]);
  const staying = await send(get("stayed").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  await once(staying.resume(), "close");
  await lined(lines, 2);
  assert.deepEqual(lines.slice(1), ["GET /errors 200 stayed"]);
});

test("the end waits for a client that is still reading its answer", async (t) => {
  const { lines, send, end } = await listening(t, async () => new Response(new Uint8Array(LARGE)));
  const idle = await send(get("idle"));
  let idled = 0;
  // Its answer is over: it is idle.
  await new Promise((resolve) => idle.on("data", ({ length }) => (idled += length) > LARGE && resolve(undefined)));
  const reading = await send(get("reading"));
  await once(reading, "readable");
  const ended = end();
  let length = 0;
  reading.on("data", (part) => (length += part.length));
  await once(reading.resume(), "close");
  assert(length > LARGE, `${length} bytes of ${LARGE}`);
  await ended;
  assert.deepEqual(lines, ["GET /errors 200 idle", "GET /errors 200 reading"]);
});

test("a handler that fails is PV1000, in the answer and in its line, with the request's ID", async (t) => {
  const { lines, send } = await listening(t, () => Promise.reject(new Error("jane.secret@example.com")));
  const socket = await send(get("own").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  let answer = "";
  await once(socket.setEncoding("utf8").on("data", (part) => (answer += part)), "close");
  assert.match(answer, /^HTTP\/1\.1 500 [^]*X-Pvault-Request-ID: own\r\n[^]*"error_code":"PV1000"/i);
  await lined(lines, 1);
  assert.deepEqual(lines, ["GET /errors 500 PV1000 own"]);
});
