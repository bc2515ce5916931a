// @ts-check
// What holds on every path and for every method of the table of routes: who is asked first, what every answer has, what a
// 405 allows, and that no body says more than its own value.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ABSENT, FIXED, PAGES, ROUTES } from "../../pkg/http/routes.js";
import { DATA, WHY, ask, openHandler, requestOf } from "./serve.js";

const METHODS = ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "QUERY", "OPTIONS"];

/** A path with names in its places. @param {string} path */
const named = (path) => path.replace("{collection}", "customers").replaceAll(/\{\w+\}/g, "name");

/** What each path has, by the table alone. @type {Map<string, string[]>} */
const allowed = new Map();
for (const { path, operations } of ROUTES) allowed.set(named(path), operations.map(({ method }) => method));
for (const { path } of PAGES) allowed.set(path, ["GET"]);

/** @param {string[]} methods */
const allowOf = (methods) => [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");

test("whoever asks is told by `authenticate`, once, before a byte of the body is read, on every operation", async () => {
  let asked = 0;
  let pulled = 0;
  const { handler } = await openHandler(undefined, {
    async authenticate() {
      asked += 1;
      // Time enough for whoever would read.
      await new Promise((resolve) => setTimeout(resolve, 2));
      assert.equal(pulled, 0);
      return "tester";
    },
  });
  for (const { path, operations } of ROUTES) {
    for (const { method, body: kind } of operations) {
      asked = pulled = 0;
      const body = new ReadableStream({ pull: (controller) => (pulled += 1, controller.enqueue(new TextEncoder().encode("[]")), controller.close()) }, { highWaterMark: 0 });
      const type = kind === "bytes" ? "application/octet-stream" : "application/json";
      const { status } = await ask(handler, `${named(path)}?${WHY}`, { method, type, ...(method !== "GET" && { body }) });
      assert.notEqual(status, 401);
      assert.deepEqual([asked, pulled], [1, method === "GET" ? 0 : 1], `${method} ${path}`);
    }
  }
});

test("no answer is for a cache, each has its request's ID and may not be sniffed; a 405 allows what there is", async () => {
  const { handler } = await openHandler(undefined, { maxBodyBytes: 1_000 });
  const paths = [...allowed.keys(), ...Object.keys(FIXED).map(named), ...ABSENT.map(named), "/nowhere"];
  /** @type {import("./serve.js").Sent[]} */
  const ways = [{}, { key: null }, { headers: { "x-pvault-request-id": "a b" } }, { body: "[" }, { body: "x", type: "text/plain" }, { body: " ".repeat(1_001) }];
  const seen = new Set();
  for (const path of new Set(paths)) {
    for (const method of METHODS) {
      for (const way of ways) {
        if (way.body !== undefined && (method === "GET" || method === "HEAD")) continue;
        const { status, headers } = await ask(handler, `${path}?${WHY}`, { method, ...way });
        const what = `${method} ${path} ${JSON.stringify(way).slice(0, 60)}: ${status}`;
        seen.add(status);
        assert.equal(headers.get("cache-control"), "no-store", what);
        assert.equal(headers.get("x-content-type-options"), "nosniff", what);
        assert.match(String(headers.get("x-pvault-request-id")), /^[\w-]{36}$/, what);
        if (status !== 405 && status !== 204) continue;
        assert.equal(headers.get("allow"), allowOf(allowed.get(path) ?? []), what);
      }
    }
  }
  assert.deepEqual([...seen].sort(), [200, 204, 400, 401, 404, 405, 413, 415, 501]);
});

test("a body is one JSON value on every operation, whichever parameter it would smuggle in", async () => {
  const { handler, asked } = await openHandler();
  const all = ROUTES.flatMap(({ path, operations }) => operations.map((operation) => ({ path, ...operation })));
  const parameters = new Set(["requestBody", ...all.flatMap(({ parameters }) => parameters.flatMap(({ name, as }) => [name, as]))]);
  assert(parameters.has("xTenantId") && parameters.has("X-Tenant-Id") && parameters.size > 25);
  for (const { path, method, body: kind } of all) {
    if (kind !== "json") continue;
    for (const name of parameters) {
      for (const body of [`{},"${name}":["b"]`, `[],"${name}":"b"`, `{}}\n{"${name}":true`]) {
        const { status, text } = await ask(handler, `${named(path)}?${WHY}`, { method, body });
        assert.deepEqual([status, JSON.parse(text).error_code], [400, "PV1012"], `${method} ${path} ${body}: ${text}`);
      }
    }
  }
  assert.equal(asked.length, 0);
  // Of blobs it is bytes, which are themselves.
  const bytes = { method: "POST", body: '{},"prop":"name"', type: "application/octet-stream" };
  assert.equal((await handler(requestOf(`${DATA}/encrypt/blob?${WHY}&prop=photo`, bytes))).status, 200);
});
