// @ts-check
// The end: a signal lets finish what has begun, within ten seconds, and the exit code is 0.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect, createServer } from "node:net";
import { test } from "node:test";

import { binary, makeJane, serve, temporaryFolder, tokens, vaultlet } from "./vaultlet.js";

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Begins a request whose body comes in two parts. It has begun where it is: the server has said so, as it was asked to.
 * @param {import("./vaultlet.js").Served} server
 */
async function beginSlowly(server) {
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify(makeJane);
  const sent = request(`${server.url}/api/pvlt/1.0/data/collections/${tokens}`, {
    method: "POST",
    agent,
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json", "content-length": body.length, expect: "100-continue" },
  });
  const begun = once(sent, "continue");
  const answered = once(sent, "response").then(async ([response]) => {
    let text = "";
    for await (const part of response.setEncoding("utf8")) text += part;
    return { status: response.statusCode, body: JSON.parse(text) };
  });
  answered.catch(() => {});
  sent.write(body.slice(0, 10));
  await begun;
  return { answered, finish: () => sent.end(body.slice(10)) };
}

/** Waits until nobody listens there any more. @param {string} url */
async function refused(url) {
  const isRefused = () =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(url).port), "127.0.0.1", () => (socket.destroy(), resolve(false)));
      socket.on("error", (/** @type {NodeJS.ErrnoException} */ { code }) => resolve(code === "ECONNREFUSED"));
    });
  for (const end = Date.now() + 8_000; !(await isRefused()); await pause(20)) assert(Date.now() < end, "it takes another");
}

for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT", "SIGHUP"])) {
  test(`${signal} lets a request finish, takes no other, and ends with 0`, async () => {
    const server = await serve();
    // A connection that is idle keeps nobody.
    await server.call("POST", tokens, makeJane);
    const { answered, finish } = await beginSlowly(server);
    const ended = server.end(signal);
    await refused(server.url);
    // As npm sends it: twice.
    server.child.kill(signal);
    await pause(250);
    assert.equal(server.child.exitCode, null);
    const begun = Date.now();
    finish();
    const { status, body } = await answered;
    assert.equal(status, 200);
    assert.equal(typeof body[0].token_id, "string");
    assert.equal(await ended, 0);
    assert(Date.now() - begun < 5_000, `${Date.now() - begun} ms`);
    assert.match(server.lines().at(-1) ?? "", / POST .* 200 /);
    assert.equal(server.printed.stderr, "");
  });
}

test("a signal while it starts ends it as well", async (t) => {
  // A database that takes the connection and says nothing.
  const silent = createServer();
  await new Promise((resolve) => silent.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => silent.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (silent.address());
  const { folder } = temporaryFolder();
  const keys = `${folder}/keys.json`;
  writeFileSync(keys, (await vaultlet(["keys"])).stdout, { mode: 0o600 });
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT", "SIGHUP"])) {
    const words = ["serve", "--port", "0", "--keys", keys, "--store", `postgres://a:b@127.0.0.1:${port}/c`];
    const child = spawn(process.execPath, [binary, ...words], { stdio: "ignore" });
    const ended = once(child, "exit");
    const [socket] = await once(silent, "connection");
    child.kill(signal);
    assert.deepEqual(await ended, [0, null]);
    socket.destroy();
  }
});

test("what has not ended after ten seconds is cut off, and the exit code is 0", async () => {
  const server = await serve();
  const { answered } = await beginSlowly(server);
  const begun = Date.now();
  assert.equal(await server.end(), 0);
  const took = Date.now() - begun;
  // Ten seconds, and what a busy machine makes of the end of a process.
  assert(took > 9_000 && took < 15_000, `${took} ms`);
  await assert.rejects(answered);
  // It has no status, for it had no answer.
  assert.match(server.lines().at(-1) ?? "", / POST \S+\{collection\}\/tokens - (PV1012 )?cut off \d+ ms/);
});

test("without anything under way it ends at once", async () => {
  const server = await serve();
  const begun = Date.now();
  assert.equal(await server.end(), 0);
  assert(Date.now() - begun < 5_000, `${Date.now() - begun} ms`);
});

test("a connection on which nothing came, or half of a head, holds up nobody", async () => {
  const server = await serve();
  const sockets = await Promise.all(
    ["", "GET /errors HTTP/1.1\r\nHost: a\r\n"].map(async (sent) => {
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      await once(socket, "connect");
      socket.on("error", () => {}).write(sent);
      return socket;
    }),
  );
  await pause(300);
  const begun = Date.now();
  assert.equal(await server.end(), 0);
  assert(Date.now() - begun < 5_000, `${Date.now() - begun} ms`);
  for (const socket of sockets) socket.destroy();
});
