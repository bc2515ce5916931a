// @ts-check
// The log: one line a request, in which there is no personal data, no token ID, no key and no path; and the audit trail.

import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { routeOf } from "../../pkg/bin/log.js";
import { jane, makeJane, serve, temporaryFolder, tokens } from "./vaultlet.js";

const { folder } = temporaryFolder();

/** What a careless client puts into every place that it can. */
const leaks = ["leaked@example.com", "078-05-1120", "secret-tag", "secret-tenant", "secret-audit", "secret-path", "vaultlet_wrong"];

/** @param {import("./vaultlet.js").Served} server */
async function talk(server) {
  const made = await server.call("POST", tokens, [
    { type: "pci", object: { fields: { email: jane, ssn: "078-05-1120" } }, tags: ["secret-tag"] },
  ]);
  const [{ token_id }] = made.body;
  const rest = `token_ids=${token_id}&custom_audit=secret-audit`;
  await server.call("GET", `${tokens}&${rest}`, undefined, { "x-tenant-id": "secret-tenant" });
  await server.call("GET", `${tokens}&${rest}`, undefined, { "x-pvault-request-id": "trace-17" });
  await server.call("POST", `customers/rotate/tokens?reason=Maintenance&${rest}`);
  await server.call("GET", `customers/transaction_id/${token_id}?reason=Maintenance`);
  await server.call("GET", `leaked@example.com/tokens?reason=Maintenance`);
  await server.call("GET", `customers/${token_id}/secret-path/${encodeURIComponent(jane)}`);
  await server.call("POST", tokens, `{"leaked@example.com": `);
  await server.call("GET", tokens, undefined, { authorization: "Bearer vaultlet_wrong" });
  await fetch(`${server.url}/${token_id}/leaked@example.com?secret-path`);
  await fetch(`${server.url}/tokens/${jane}`);
  return token_id;
}

for (const form of ["text", "json"]) {
  test(`one line a request, with nothing of what came and went: ${form}`, async () => {
    const server = await serve(["--log", form], form === "text" ? { env: { VAULTLET_API_KEY: "an-admins-key" } } : {});
    const tokenId = await talk(server);
    assert.equal(await server.end(), 0);
    const lines = server.lines();
    assert.equal(lines.length, 11, lines.join("\n"));
    for (const leak of [jane, tokenId, server.key, ...leaks]) {
      assert(!lines.some((line) => line.includes(leak)), `${leak} in:\n${lines.join("\n")}`);
    }
    const [first = "", , third = ""] = lines;
    const route = "/api/pvlt/1.0/data/collections/{collection}/tokens";
    if (form === "json") {
      assert(server.printed.stderr.includes(server.screen) && !server.printed.stdout.includes("curl"));
      const { time, ms, request_id, ...told } = JSON.parse(first);
      assert.deepEqual(told, { event: "request", method: "POST", route, status: 200 });
      assert(Math.abs(Date.now() - Date.parse(time)) < 60_000 && ms >= 0 && /^[\w.:-]{1,128}$/.test(request_id), first);
      assert.equal(JSON.parse(third).request_id, "trace-17");
      assert.deepEqual(lines.map((line) => JSON.parse(line).code).slice(-3), ["PV1005", "PV1005", "PV1005"]);
    } else {
      assert.equal(server.printed.stderr, "");
      assert.match(first, /^\d{4}-\d\d-\d\dT[\d:.]+Z POST \/api\/pvlt\/1\.0\/data\/collections\/\{collection\}\/tokens 200 \d+ ms [\w.:-]+$/);
      assert(third.endsWith(" trace-17"), third);
      assert.match(lines[8] ?? "", / 401 PV1005 \d+ ms/);
    }
  });
}

test("`--log none` is silent after the first screen", async () => {
  const server = await serve(["--log", "none"]);
  await server.call("POST", tokens, makeJane);
  assert.equal(await server.end(), 0);
  assert.deepEqual([server.lines(), server.printed.stderr], [[], ""]);
});

test("a client that goes away has its line, too", async () => {
  const server = await serve();
  const { port } = new URL(server.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`POST /api/pvlt/1.0/data/collections/customers/tokens HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[`);
  setTimeout(() => socket.destroy(), 300);
  await server.line(/ POST \S+\{collection\}\/tokens .*cut off/);
  assert.deepEqual([server.lines().length, server.printed.stderr], [1, ""]);
});

test("of a path its pattern is shown, if the API has one", () => {
  for (const [target, route] of Object.entries({
    "/": "/",
    "/api/pvlt/1.0/data/collections/customers/tokens?token_ids=a": "/api/pvlt/1.0/data/collections/{collection}/tokens",
    "/api/pvlt/1.0/data/collections/customers/query/tokens": "/api/pvlt/1.0/data/collections/{collection}/query/tokens",
    "/api/pvlt/1.0/ctl/iam/user/jane": "/api/pvlt/1.0/ctl/iam/user/{user}",
    "/api/pvlt/1.0/data/collections/customers/none": "{other}",
    "/api/pvlt/1.0/data/collections/tokens/tokens": "/api/pvlt/1.0/data/collections/{collection}/tokens",
    "/api/pvlt/1.0/data/collections/a/transaction_id/tokens": "/api/pvlt/1.0/data/collections/{collection}/transaction_id/{id}",
    "/jane@example.com": "{other}",
    "//jane/constructor/__proto__": "{other}",
    "http://example.com/api/pvlt/1.0/data/collections/customers/count/tokens?x": "/api/pvlt/1.0/data/collections/{collection}/count/tokens",
    "/api/pvlt/1.0/data/collections/customers/co%75nt/tokens": "/api/pvlt/1.0/data/collections/{collection}/count/tokens",
    "/api/pvlt/1.0/data/collections/customers/x/../count/tokens": "/api/pvlt/1.0/data/collections/{collection}/count/tokens",
    "/api/pvlt/1.0/data/collections/../tokens": "{other}",
    "/api/pvlt/1.0/data/collections/a%2Fb/tokens": "/api/pvlt/1.0/data/collections/{collection}/tokens",
    "/api/pvlt/1.0/data/collections/%ff/tokens": "{other}",
    "http://[": "{other}",
    "*": "{other}",
  })) {
    assert.equal(routeOf(target), route, target);
  }
});

test("a call is told by its route, however its path is written", async () => {
  const server = await serve();
  const { host, port } = new URL(server.url);
  const path = "/api/pvlt/1.0/data/collections/customers/count/tokens?reason=Maintenance";
  const written = [`http://${host}${path}`, path.replace("count", "co%75nt"), path.replace("/count", "/x/../count")];
  for (const target of written) {
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${server.key}\r\nConnection: close\r\n\r\n`);
    await new Promise((resolve) => socket.resume().on("close", resolve));
  }
  await server.end();
  const told = server.lines().map((line) => line.split(" ").slice(1, 4).join(" "));
  assert.deepEqual(told, written.map(() => "GET /api/pvlt/1.0/data/collections/{collection}/count/tokens 200"));
});

test("a HEAD has its ID and its error's code in its line, as a GET has", async () => {
  const server = await serve();
  const ask = (/** @type {string} */ method, /** @type {string} */ path, /** @type {string} */ id) =>
    fetch(server.url + path, { method, headers: { authorization: `Bearer ${server.key}`, "x-pvault-request-id": id } });
  const paths = ["/", "/openapi.json", "/none", "/api/pvlt/1.0/data/collections/customers/tokens", "/api/pvlt/1.0/data/info/health"];
  for (const [at, path] of paths.entries()) {
    for (const method of ["GET", "HEAD"]) await (await ask(method, path, `${method}-${at}`)).arrayBuffer();
  }
  await server.end();
  const lines = server.lines().map((line) => line.split(" ").slice(1).join(" ").replace(/\d+ ms/, "ms"));
  assert.equal(lines.length, 2 * paths.length, lines.join("\n"));
  const got = lines.filter((line) => line.startsWith("GET "));
  assert.deepEqual(lines.filter((line) => line.startsWith("HEAD ")), got.map((line) => line.replaceAll("GET", "HEAD")));
  for (const [at, line] of got.entries()) assert(line.endsWith(` GET-${at}`) && line.includes(" PV") === [2, 3].includes(at), line);
});

test("what somebody has put on `Object.prototype` gets into no line", async () => {
  const options = ["--import", fileURLToPath(new URL("polluted.js", import.meta.url))];
  for (const form of ["text", "json"]) {
    const server = await serve(["--log", form], { options });
    const { length } = server.printed.stderr;
    server.child.kill("SIGUSR2");
    while (server.printed.stderr.length === length) await new Promise((resolve) => setTimeout(resolve, 20));
    await server.call("POST", tokens, makeJane);
    await server.call("GET", "none");
    for (const [method, path] of [["HEAD", "/"], ["GET", "/errors"], ["OPTIONS", "/"], ["POST", "/"]]) await fetch(server.url + path, { method: `${method}` });
    for (const sent of ["TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "hello\r\n\r\n"]) {
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      socket.write(sent);
      await new Promise((resolve) => socket.resume().on("close", resolve));
    }
    await server.end();
    assert.equal(server.lines().length, 9);
    assert(!/foreign/i.test(server.lines().join("\n")), server.lines().join("\n"));
  }
});

test("the audit trail has an event for each call, is its owner's alone, and says neither values nor token IDs", async () => {
  const file = `${folder}/trail.jsonl`;
  const server = await serve(["--audit", file]);
  await Promise.all(Array.from({ length: 20 }, () => server.call("POST", tokens, makeJane)));
  const [{ token_id }] = (await server.call("POST", tokens, makeJane, { "x-pvault-request-id": "trace-18" })).body;
  // It is there before the answer is.
  assert.equal(readFileSync(file, "utf8").trimEnd().split("\n").length, 21);
  assert.equal(await server.end(), 0);
  const text = readFileSync(file, "utf8");
  const events = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(new Set(events.map(({ id }) => id)).size, 21);
  const { action, caller, decision, requestId, collection } = events.at(-1);
  assert.deepEqual({ action, caller, decision, requestId, collection }, {
    action: "tokens.tokenize",
    caller: { name: "admin" },
    decision: "allowed",
    requestId: "trace-18",
    collection: "customers",
  });
  for (const leak of [jane, token_id, server.key]) assert(!text.includes(leak), leak);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("where the trail cannot be written, nothing happens, and the log says what failed", async (context) => {
  // A file on which every write fails.
  if (!existsSync("/dev/full")) throw new Error("this test needs /dev/full: run it on Linux");
  context.diagnostic("/dev/full");
  const server = await serve(["--audit", "/dev/full"]);
  const { status, body } = await server.call("POST", tokens, makeJane);
  assert.deepEqual([status, body.error_code, body.context.callback], [500, "PV1000", "audit"]);
  await server.line(/ 500 PV1000 audit /);
  await server.line(/ trouble: audit \(ENOSPC\)$/);
});
