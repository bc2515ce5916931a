// @ts-check
// What HTTP itself asks of the handler: paths, methods, statuses, headers, who is let in, and the form of errors.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { createHandler } from "../../pkg/http.js";
import { memoryStore } from "../../pkg/store/memory.js";
import { API, COLLECTIONS, DATA, KEY, WHY, ask, openHandler, requestOf } from "./serve.js";

const UUID = /^[0-9a-f-]{36}$/;
const OPEN = ["/", "/openapi.json", "/errors", `${API}/data/info/health`, `${API}/ctl/info/health`];

/** @type {(answer: Awaited<ReturnType<typeof ask>>, expected: number, code: string, field?: string) => void} */
function assertRefused({ status, headers, body, text }, expected, code, field) {
  assert.deepEqual([status, body?.error_code], [expected, code], text);
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.deepEqual(Object.keys(body).sort(), ["context", "error_code", "error_url", "message"]);
  assert.equal(body.error_url, `/errors#${code}`);
  if (field !== undefined) assert.equal(body.context.field, field);
}

test("a token's whole life over HTTP", async () => {
  const { handler } = await openHandler();
  const body = [{ type: "pci", object: { fields: { name: "Jane", email: "jane@example.com" } }, tags: ["a", "b"] }];
  const made = await ask(handler, `${DATA}/tokens?${WHY}&expiration_secs=`, { method: "POST", body });
  const [{ token_id: first }] = made.body;
  const shown = await ask(handler, `${DATA}/tokens?${WHY}&token_ids=${first}&props=email,name.mask&options=include_metadata`);
  assert.equal(shown.body[0].fields.email, "jane@example.com");
  assert.deepEqual(Object.keys(shown.body[0].fields), ["email", "name.mask"]);
  assert.equal(shown.body[0].metadata.tokens[0].expiration_time, null);
  const update = { object: { fields: { email: "new@example.com" } } };
  const updated = await ask(handler, `${DATA}/tokens?${WHY}&token_ids=${first}`, { method: "PATCH", body: update });
  assert.deepEqual([updated.status, updated.text, updated.headers.get("content-type")], [200, "", null]);
  const rotated = await ask(handler, `${DATA}/rotate/tokens?${WHY}&token_ids=${first}`, { method: "POST" });
  const second = rotated.body[first];
  assert.match(second, UUID);
  const found = await ask(handler, `${DATA}/query/tokens?${WHY}`, { method: "POST", body: { tags: ["b"] } });
  assert.equal(found.body[0].token_id, second);
  assert.deepEqual((await ask(handler, `${DATA}/count/tokens?${WHY}`)).body, { active: 1, archived: 0, total: 1 });
  const deleted = await ask(handler, `${DATA}/tokens?${WHY}&tags=a&tags=b`, { method: "DELETE" });
  assert.deepEqual([deleted.status, deleted.text], [200, ""]);
  assert.deepEqual((await ask(handler, `${DATA}/tokens?${WHY}&token_ids=${second}`)).body, []);
});

test("lists: repeated keys, commas, both, and nothing, which is the empty list", async () => {
  const { handler } = await openHandler();
  const body = ["a", "b", "c"].map((token_id) => ({ type: "randomized", token_id, object: { fields: { name: "Jane" } } }));
  await ask(handler, `${DATA}/tokens?${WHY}`, { method: "POST", body });
  /** @param {string} query */
  const ids = async (query) => {
    const { body: found, text } = await ask(handler, `${DATA}/tokens?${WHY}&${query}`);
    assert(Array.isArray(found), text);
    return found.map((/** @type {any} */ { token_id }) => token_id).join("");
  };
  assert.equal(await ids("token_ids=a&token_ids=b&token_ids=c"), "abc");
  assert.equal(await ids("token_ids=a,b,c"), "abc");
  assert.equal(await ids("token_ids=a%2Cb&token_ids=c"), "abc");
  assert.equal(await ids("token%5Fids=c&&token_ids=a&"), "ca");
  assert.equal(await ids("token_ids="), "");
  assert.equal(await ids("token_ids"), "");
  assert.equal(await ids("token_ids=&token_ids=b"), "b");
  assertRefused(await ask(handler, `${DATA}/tokens?${WHY}&token_ids=a,,b`), 400, "PV1012", "token_ids[1]");
  assert.deepEqual((await ask(handler, `${DATA}/rotate/tokens?${WHY}&token_ids=`, { method: "POST" })).body, {});
});

test("a plus is a space, and what is no percent-encoding of UTF-8 is refused", async () => {
  const { handler, told } = await openHandler();
  await ask(handler, `${DATA}/count/tokens?${WHY}&custom_audit=one+two%2Bthree`);
  assert.equal(told[0]?.customAudit, "one two+three");
  for (const wrong of ["%", "%zz", "%ff", "%c3", "%ed%a0%80"]) {
    assertRefused(await ask(handler, `${DATA}/count/tokens?${WHY}&custom_audit=${wrong}`), 400, "PV1012", "query");
  }
});

test("parameters that are not the operation's, not in their case, twice, or no boolean are refused by name", async () => {
  const { handler } = await openHandler();
  for (const [query, field] of [
    ["tokenIds=a", "tokenIds"],
    ["TOKEN_IDS=a", "TOKEN_IDS"],
    ["transaction_id=a", "transaction_id"],
    ["collection=customers", "collection"],
    ["xTenantId=a", "xTenantId"],
    ["requestBody=a", "requestBody"],
    [`${WHY}`, "reason"],
    ["custom_audit=a&custom_audit=a", "custom_audit"],
    ["reload_cache=1", "reload_cache"],
    ["reload_cache=", "reload_cache"],
    ["jane%40example.com=1", "query"],
    ["__proto__=1", "__proto__"],
    ["constructor=1", "constructor"],
    ["options=archived", "options[0]"],
    ["props=", "props"],
  ]) {
    const { text, ...answer } = await ask(handler, `${DATA}/tokens?${WHY}&token_ids=a&${query}`);
    assertRefused({ text, ...answer }, 400, "PV1012", field);
    assert(!text.includes("jane"));
  }
});

test("health and the version take what the public API has for them, and no other parameter; the pages look at none", async () => {
  const { handler } = await openHandler();
  const health = [`${API}/data/info/health`, `${API}/ctl/info/health`];
  for (const path of [...health, `${API}/system/info/version`]) {
    for (const method of ["GET", "HEAD"]) {
      assert.equal((await ask(handler, `${path}?`, { method })).status, 200);
      assert.equal((await ask(handler, `${path}?transaction_id=a`, { method })).status, 400, path);
    }
    assertRefused(await ask(handler, `${path}?transaction_id=a`), 400, "PV1012", "transaction_id");
    assertRefused(await ask(handler, `${path}?jane%40example.com`), 400, "PV1012", "query");
  }
  for (const path of health) assertRefused(await ask(handler, `${path}?custom_audit=a`), 400, "PV1012", "custom_audit");
  assert.equal((await ask(handler, `${API}/system/info/version?custom_audit=a`)).status, 200);
  assertRefused(await ask(handler, `${API}/system/info/version?custom_audit=a&custom_audit=b`), 400, "PV1012", "custom_audit");
  for (const path of ["/", "/errors", "/openapi.json"]) assert.equal((await ask(handler, `${path}?utm_source=%ff&a`)).status, 200, path);
});

test("tenants: one header, with commas; an empty one is refused, and so is what is not ASCII", async () => {
  const { handler, asked } = await openHandler();
  const count = (/** @type {string} */ tenants) => ask(handler, `${DATA}/count/tokens?${WHY}`, { headers: { "x-tenant-id": tenants } });
  assert.equal((await count("one, two,three")).status, 200);
  assert.deepEqual(asked.at(-1)?.tenantIds.toSorted(), ["one", "three", "two"]);
  assertRefused(await count(""), 400, "PV1012", "X-Tenant-Id");
  assertRefused(await count("a,,b"), 400, "PV1012", "X-Tenant-Id[1]");
  assertRefused(await count("é"), 400, "PV1012", "X-Tenant-Id");
});

test("the vault's names of parameters are never seen: errors have REST's, in the context and in the message", async () => {
  const { handler } = await openHandler();
  const rotated = await ask(handler, `${DATA}/rotate/tokens?${WHY}`, { method: "POST" });
  assertRefused(rotated, 400, "PV1012", "token_ids");
  assert.match(rotated.body.message, /`token_ids`/);
  const expiry = await ask(handler, `${DATA}/tokens?${WHY}&expiration_secs=x`, { method: "POST", body: [] });
  assertRefused(expiry, 400, "PV1012", "expiration_secs");
  const inBody = await ask(handler, `${DATA}/tokens?${WHY}`, { method: "POST", body: [{ type: "pci", object: { fields: 1 } }] });
  assertRefused(inBody, 400, "PV1012", "requestBody[0].object.fields");
  const objects = await ask(handler, `${DATA}/tokens?${WHY}&object_ids=a`);
  assertRefused(objects, 501, "PV2001");
  assert.doesNotMatch(objects.text + rotated.text + expiry.text, /objectIds|tokenIds|expirationSecs/);
});

test("a property and a collection keep their names, also where a parameter of the vault's is called so", async () => {
  const collections = /** @type {any} */ ({ tokenIds: { properties: { adhocReason: { type: "EMAIL" } } } });
  const { vault, handler } = await openHandler({ collections }, { collections });
  const { tokens } = vault.as("tester");
  for (const [collection, fields] of /** @type {const} */ ([
    ["tokenIds", { adhocReason: "no address" }],
    ["tokenIds", { customAudit: "no property" }],
    ["xTenantId", { adhocReason: "no collection" }],
  ])) {
    const requestBody = /** @type {any} */ ([{ type: "pci", object: { fields } }]);
    const refused = await tokens.tokenize({ collection, reason: "AppFunctionality", requestBody }).catch((error) => error);
    const { body } = await ask(handler, `${API}/data/collections/${collection}/tokens?${WHY}`, { method: "POST", body: requestBody });
    assert.deepEqual([body.error_code, body.message, body.context], [refused.code, refused.message, refused.context]);
  }
});

test("`authenticate` is asked once, before the body is read, for all but the open pages and OPTIONS", async () => {
  let asked = 0;
  let pulled = 0;
  const { handler } = await openHandler(undefined, { authenticate: () => void (asked += 1) });
  const body = () => new ReadableStream({ pull: () => void (pulled += 1) }, { highWaterMark: 0 });
  for (const path of OPEN) {
    assert.equal((await handler(requestOf(path))).status, 200, path);
    assert.equal((await handler(requestOf(path, { method: "POST", body: "x" }))).status, 405, path);
  }
  assert.equal((await ask(handler, `${DATA}/tokens`, { method: "OPTIONS" })).status, 204);
  assert.equal(asked, 0);
  const closed = [`${DATA}/tokens?${WHY}`, "/nowhere", `${API}/ctl/types`, `${API}/system/info/version`, `${API}/ctl/collections`];
  for (const [index, path] of closed.entries()) {
    const answer = await ask(handler, path, { method: "POST", body: body() });
    assertRefused(answer, 401, "PV1005");
    assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    assert.equal(asked, index + 1);
  }
  assert.equal(pulled, 0);
});

test("what `authenticate` answers is the caller, but for nothing, false and empty text; what it throws goes nowhere", async () => {
  for (const nobody of [undefined, null, false, "", Promise.resolve(), Promise.resolve(false)]) {
    const { handler } = await openHandler(undefined, { authenticate: () => nobody });
    assertRefused(await ask(handler, `${DATA}/count/tokens?${WHY}`), 401, "PV1005");
  }
  for (const fails of [() => Promise.reject(new Error("a secret")), () => { throw "a secret"; }, () => { throw null; }]) {
    const { handler } = await openHandler(undefined, { authenticate: fails });
    const answer = await ask(handler, `${DATA}/count/tokens?${WHY}`);
    assertRefused(answer, 401, "PV1005");
    assert.doesNotMatch(answer.text, /secret/);
  }
  for (const caller of [0, {}, { name: "jane" }, true, Symbol.iterator]) {
    const { handler, asked } = await openHandler(undefined, { authenticate: async () => caller });
    assert.equal((await ask(handler, `${DATA}/count/tokens?${WHY}`)).status, 200);
    assert.equal(asked[0]?.caller, caller);
  }
});

test("a 401 tells no key, another scheme and a key that nobody has apart, and of a key nothing else", async () => {
  const { handler } = await openHandler();
  const said = async (/** @type {string | undefined} */ authorization) => {
    const headers = { ...(authorization !== undefined && { Authorization: authorization }) };
    const answer = await ask(handler, `${DATA}/count/tokens?${WHY}`, { key: null, headers });
    assertRefused(answer, 401, "PV1005");
    assert.deepEqual([answer.headers.get("www-authenticate"), answer.body.context], ["Bearer", {}]);
    return answer.body.message;
  };
  for (const none of [undefined, "", " "]) assert.equal(await said(none), "the request is unauthorized: it has no `Authorization` header");
  for (const other of [KEY, `Basic ${KEY}`, "Bearer", "bearer ", `Bearer${KEY}`, `Token Bearer ${KEY}`]) {
    assert.equal(await said(other), "the request is unauthorized: its `Authorization` is not `Bearer` and a key", other);
  }
  for (const wrong of ["Bearer x", `bearer ${KEY}x`, `Bearer ${KEY.slice(1)}`, `Bearer "${KEY}"`, "Bearer a b", `Bearer ${KEY}, Bearer ${KEY}`]) {
    assert.equal(await said(wrong), "the request is unauthorized: its key is not accepted", wrong);
  }
});

test("the request's ID goes to policy and audit and comes back in every answer; a bad one is refused, none is made", async () => {
  const { handler, asked, told } = await openHandler();
  const named = (/** @type {string} */ path, /** @type {string} */ id, method = "GET") =>
    ask(handler, path, { method, headers: { "x-pvault-request-id": id } });
  const answer = await named(`${DATA}/count/tokens?${WHY}`, "Trace.1:a_b-c");
  assert.equal(answer.headers.get("x-pvault-request-id"), "Trace.1:a_b-c");
  assert.deepEqual([asked[0]?.requestId, told[0]?.requestId], ["Trace.1:a_b-c", "Trace.1:a_b-c"]);
  for (const path of [...OPEN, "/nowhere", `${DATA}/tokens`]) {
    assert.equal((await named(path, "x")).headers.get("x-pvault-request-id"), "x", path);
    const bad = await named(path, "a b");
    assertRefused(bad, 400, "PV1012", "X-Pvault-Request-ID");
    assert.match(String(bad.headers.get("x-pvault-request-id")), UUID);
    assert.match(String((await ask(handler, path)).headers.get("x-pvault-request-id")), UUID);
  }
  for (const method of ["HEAD", "OPTIONS", "POST", "PATCH", "DELETE", "PUT", "QUERY"]) {
    for (const path of [...OPEN, "/nowhere", `${DATA}/tokens`, `${API}/ctl/types`, `${API}/ctl/collections`, `${API}/system/info/version`]) {
      const { status, headers } = await named(path, "a b", method);
      assert.equal(status, 400, `${method} ${path}`);
      assert.match(String(headers.get("x-pvault-request-id")), UUID);
    }
  }
  assertRefused(await named(`${DATA}/tokens`, "x".repeat(129)), 400, "PV1012");
  assertRefused(await named(`${DATA}/tokens`, ""), 400, "PV1012");
});

test("unknown paths are 404, wrong methods 405 with `Allow`, and every 405 has it", async () => {
  const { handler } = await openHandler();
  for (const path of ["/nowhere", "/api", `${DATA}`, `${DATA}/tokens/`, `/${DATA}/tokens`, `${DATA}/tokens/x`, "//", "/openapi.JSON", `${API}/data/collections//tokens`]) {
    for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) assertRefused(await ask(handler, path, { method }), 404, "PV1012", "path");
  }
  const tokens = "POST, GET, PATCH, DELETE, HEAD, OPTIONS";
  for (const method of ["PUT", "QUERY", "PROPFIND", "get"]) {
    if (method === "get") continue;
    const answer = await ask(handler, `${DATA}/tokens`, { method });
    assertRefused(answer, 405, "PV1012");
    assert.equal(answer.headers.get("allow"), tokens);
  }
  const rotate = await ask(handler, `${DATA}/rotate/tokens`);
  assert.deepEqual([rotate.status, rotate.headers.get("allow")], [405, "POST, OPTIONS"]);
  const options = await ask(handler, `${DATA}/tokens`, { method: "OPTIONS" });
  assert.deepEqual([options.status, options.text, options.headers.get("allow")], [204, "", tokens]);
  const { handler: reading } = await openHandler({ store: { read: () => [] } });
  for (const [path, method, allow] of [
    [`${DATA}/tokens`, "DELETE", "GET, HEAD, OPTIONS"],
    [`${DATA}/rotate/tokens`, "POST", "OPTIONS"],
  ]) {
    const answer = await ask(reading, `${path}?${WHY}&token_ids=a`, { method: String(method) });
    assertRefused(answer, 405, "PV1026");
    assert.equal(answer.headers.get("allow"), allow);
  }
});

test("HEAD is GET without its body", async () => {
  const { handler } = await openHandler();
  for (const path of [...OPEN, `${DATA}/count/tokens?${WHY}`, "/nowhere", "/%ff", `/${"x".repeat(5_000)}`, `${DATA}/tokens`]) {
    const [get, head] = [await ask(handler, path), await ask(handler, path, { method: "HEAD" })];
    assert.deepEqual([head.status, head.text, head.headers.get("content-type")], [get.status, "", get.headers.get("content-type")]);
  }
});

test("bodies of another type are 415, too long ones 413, and what is not JSON in UTF-8 is 400", async () => {
  const { handler } = await openHandler(undefined, { maxBodyBytes: 1_000 });
  const post = (/** @type {import("./serve.js").Sent} */ sent) => ask(handler, `${DATA}/tokens?${WHY}`, { method: "POST", ...sent });
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application/json-patch+json", "application/json; charset=latin1", ""]) {
    assertRefused(await post({ body: "[]", type }), 415, "PV1012", "Content-Type");
  }
  const untyped = requestOf(`${DATA}/tokens?${WHY}`, { method: "POST", body: new TextEncoder().encode("[]"), type: null });
  assert.equal((await handler(untyped)).status, 415);
  for (const type of ["application/json", "Application/JSON ; charset=\"UTF-8\"", "application/json;charset=utf-8"]) {
    assert.equal((await post({ body: "[]", type })).text, "[]");
  }
  assertRefused(await post({ body: "[]", headers: { "content-encoding": "gzip" } }), 415, "PV1012", "Content-Encoding");
  const long = await post({ body: `[${" ".repeat(999)}]` });
  assertRefused(long, 413, "PV1012", "requestBody");
  assert.deepEqual([long.body.context.limit, long.body.context.value], ["maxBodyBytes", "1000"]);
  assert.equal((await post({ body: `[${" ".repeat(998)}]` })).text, "[]");
  const toldTooLong = await post({ body: "[]", headers: { "content-length": "1001" } });
  assertRefused(toldTooLong, 413, "PV1012", "requestBody");
  for (const body of ["", " ", "x", "[", "[]]", "[] []", "\ufeff[]", "{},\"xTenantId\":[\"b\"]", "[],\"reason\":\"Other\"", "NaN", "'x'", "[1,]"]) {
    assertRefused(await post({ body }), 400, "PV1012");
  }
  for (const bytes of [[0xff], [0x22, 0xff, 0x22], [0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d], [0xff, 0xfe, 0x5b, 0, 0x5d, 0]]) {
    assertRefused(await post({ body: new Uint8Array(bytes) }), 400, "PV1012");
  }
  assertRefused(await ask(handler, `${DATA}/rotate/tokens?${WHY}&token_ids=a`, { method: "POST", body: "{}" }), 400, "PV1012", "requestBody");
});

test("a body is one JSON value, whichever parameter it would smuggle in", async () => {
  const { handler, asked } = await openHandler();
  const parameters = ["collection", "reason", "adhocReason", "customAudit", "reloadCache", "xTenantId", "tokenIds", "tags", "objectIds", "options", "expirationSecs", "transactionId", "props", "requestBody"];
  for (const name of parameters) {
    for (const value of ['"b"', '["b"]', "true", "null", "{}"]) {
      for (const body of [`{},"${name}":${value}`, `{}},{"${name}":${value}`, `{}\n"${name}":${value}`, `{}\u0000,"${name}":${value}`]) {
        const answer = await ask(handler, `${DATA}/tokens?${WHY}&token_ids=a`, { method: "PATCH", body });
        assertRefused(answer, 400, "PV1012");
      }
    }
  }
  assert.equal(asked.length, 0);
});

test("a streamed body that is too long is cut off, and one that breaks off is refused", async () => {
  const { handler } = await openHandler(undefined, { maxBodyBytes: 10_000 });
  let sent = 0;
  let isCancelled = false;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1_000;
      controller.enqueue(new Uint8Array(1_000));
    },
    cancel: () => void (isCancelled = true),
  });
  assertRefused(await ask(handler, `${DATA}/tokens?${WHY}`, { method: "POST", body: endless }), 413, "PV1012");
  assert(sent <= 12_000 && isCancelled, `${sent}`);
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("a secret")) });
  const answer = await ask(handler, `${DATA}/tokens?${WHY}`, { method: "POST", body: broken });
  assertRefused(answer, 400, "PV1012", "requestBody");
  assert.doesNotMatch(answer.text, /secret/);
});

test("what a host throws never leaves, nor does a stack; an `authenticate` that reads the body is a fault of the host's", async () => {
  const { handler } = await openHandler({
    policy: () => { throw new Error("a secret of the host"); },
  });
  const answer = await ask(handler, `${DATA}/count/tokens?${WHY}`);
  assertRefused(answer, 500, "PV1000");
  assert.equal(answer.body.context.callback, "policy");
  assert.doesNotMatch(answer.text, /secret|\bat /);
  const { handler: greedy } = await openHandler(undefined, { authenticate: (request) => request.text() });
  assertRefused(await ask(greedy, `${DATA}/tokens?${WHY}`, { method: "POST", body: [] }), 500, "PV1000");
  const { handler: closed, vault } = await openHandler();
  vault.close();
  assertRefused(await ask(closed, `${DATA}/count/tokens?${WHY}`), 500, "VL5002");
});

test("everything is below `basePath`, and error_url leads there", async () => {
  const { handler } = await openHandler(undefined, { basePath: "/my/vault" });
  const answer = await ask(handler, `/my/vault${DATA}/tokens?${WHY}&x=1`);
  assert.equal(answer.body.error_url, "/my/vault/errors#PV1012");
  const page = await ask(handler, "/my/vault/errors");
  assert(page.text.includes('id="PV1012"'));
  assert.equal((await ask(handler, "/my/vault")).status, 200);
  assert.equal((await ask(handler, "/my/vault/")).status, 200);
  for (const path of ["/errors", "/", `${DATA}/tokens`, "/my/vaultx/errors", "/my"]) assert.equal((await ask(handler, path)).status, 404, path);
});

test("health and version as clients ask for them; what the public API has and this has not is PV2001", async () => {
  const { handler } = await openHandler();
  for (const path of ["data", "ctl"]) {
    const health = await ask(handler, `${API}/${path}/info/health`, { key: null });
    assert.deepEqual([health.status, health.body], [200, { status: "pass" }]);
  }
  const { version } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));
  const { body } = await ask(handler, `${API}/system/info/version`);
  assert.deepEqual(body, { vault_version: version, vault_id: "vaultlet", db_schema_version: 1 });
});

test("collections can be read where they were handed in, and never be changed", async () => {
  const { handler, asked, told } = await openHandler();
  const customers = {
    name: "customers",
    type: "PERSONS",
    properties: Object.entries(COLLECTIONS.customers.properties).map(([name, property]) => ({
      name,
      data_type_name: property.type,
      is_nullable: "nullable" in property,
    })),
  };
  const byName = (/** @type {any} */ collection) => collection.properties.sort((/** @type {any} */ a, /** @type {any} */ b) => (a.name < b.name ? -1 : 1));
  const all = await ask(handler, `${API}/ctl/collections?format=json&options=show_builtins`);
  assert.equal(all.body.length, 1);
  const one = await ask(handler, `${API}/ctl/collections/customers?custom_audit=why`);
  for (const found of [all.body[0], one.body]) {
    assert.deepEqual({ ...found, properties: byName(found) }, { ...customers, properties: byName(customers) });
  }
  assert.deepEqual(
    asked.map(({ action, capabilities, checks, input, collection, reason }) => ({ action, capabilities, checks, input, collection, reason })),
    ["", "customers"].map((collection) => ({
      action: "collections.read", capabilities: ["CapCollectionsReader"], checks: [], input: "none", collection, reason: "AppFunctionality",
    })),
  );
  assert.deepEqual(told.map(({ action, customAudit }) => [action, customAudit]), [["collections.read", undefined], ["collections.read", "why"]]);
  assertRefused(await ask(handler, `${API}/ctl/collections/nobody`), 404, "PV1004");
  assertRefused(await ask(handler, `${API}/ctl/collections?format=pvschema`), 501, "PV2001");
  assertRefused(await ask(handler, `${API}/ctl/collections?format=xml`), 400, "PV1012", "format");
  assertRefused(await ask(handler, `${API}/ctl/collections?options=all`), 400, "PV1012", "options");
  for (const [path, method] of [["", "POST"], ["/customers", "PATCH"], ["/customers", "DELETE"]]) {
    const answer = await ask(handler, `${API}/ctl/collections${path}`, { method: String(method) });
    assertRefused(answer, 405, "PV1026");
    assert.equal(answer.headers.get("allow"), "GET, HEAD, OPTIONS");
  }
  const options = await ask(handler, `${API}/ctl/collections/customers`, { method: "OPTIONS" });
  assert.equal(options.headers.get("allow"), "GET, HEAD, OPTIONS");
  const { handler: closed } = await openHandler(undefined, { collections: undefined });
  assertRefused(await ask(closed, `${API}/ctl/collections`), 501, "PV2001");
  assertRefused(await ask(closed, `${API}/ctl/collections/customers`, { method: "DELETE" }), 405, "PV1026");
});

test("blobs: the ciphertext comes as base64 text, and goes as that or raw; the bytes come back raw", async () => {
  const { handler } = await openHandler();
  const photo = Uint8Array.from({ length: 5_000 }, (_, at) => (at * 7) % 256);
  const type = "application/octet-stream";
  const sealed = await ask(handler, `${DATA}/encrypt/blob?${WHY}&prop=photo&scope=s&tags=a&tags=b`, { method: "POST", body: photo, type });
  assert.deepEqual([sealed.status, sealed.headers.get("content-type")], [200, type]);
  assert.match(sealed.text, /^[A-Za-z0-9+/]+=*$/);
  for (const body of [sealed.text, new Uint8Array(Buffer.from(sealed.text, "base64"))]) {
    const opened = await handler(requestOf(`${DATA}/decrypt/blob?${WHY}&prop=photo&scope=s`, { method: "POST", body, type }));
    assert.equal(opened.headers.get("content-type"), type);
    assert.deepEqual(new Uint8Array(await opened.arrayBuffer()), photo);
  }
  const decrypt = (/** @type {string} */ query, body = sealed.text) => ask(handler, `${DATA}/decrypt/blob?${WHY}&${query}`, { method: "POST", body, type });
  assertRefused(await decrypt("prop=photo&scope=t"), 400, "VL3004");
  assertRefused(await decrypt("prop=photo&options=archived"), 400, "VL3012");
  assertRefused(await decrypt("prop=email"), 400, "PV3002");
  assertRefused(await decrypt("scope=s"), 400, "PV1012", "prop");
  assertRefused(await decrypt("prop=photo", "AAAA"), 400, "VL3003");
  assertRefused(await ask(handler, `${DATA}/encrypt/blob?${WHY}&prop=photo`, { method: "POST", body: "x", type: "application/json" }), 415, "PV1012");
});

test("options that cannot be used are refused when the handler is made, by their place", async () => {
  const fail = () => {
    throw new Error("words of the host's");
  };
  const { vault } = await openHandler({ store: memoryStore() });
  const good = { vault, authenticate: () => KEY };
  for (const [options, place] of /** @type {[any, string][]} */ ([
    [undefined, "options"],
    [{ ...good, basepath: "" }, "basepath"],
    [{ ...good, "jane@example.com": "" }, "options"],
    [{ ...good, [Symbol("secret")]: "" }, "options"],
    [new Proxy(good, { ownKeys: () => fail() }), "options"],
    [{ ...good, get maxBodyBytes() { return fail(); } }, "maxBodyBytes"],
    [{ ...good, vault: new Proxy({}, { getOwnPropertyDescriptor: () => fail() }) }, "vault"],
    [{ ...good, vault: {} }, "vault"],
    [{ ...good, authenticate: KEY }, "authenticate"],
    [{ ...good, collections: "customers" }, "collections"],
    [{ ...good, collections: ["customers"] }, "collections"],
    [{ ...good, collections: new Map() }, "collections"],
    [{ ...good, collections: new Proxy({}, { ownKeys: () => fail() }) }, "collections"],
    [{ ...good, collections: { customers: { properties: { get name() { return fail(); } } } } }, "collections.customers.properties.name"],
    [{ ...good, maxBodyBytes: 0 }, "maxBodyBytes"],
    [{ ...good, maxBodyBytes: "1" }, "maxBodyBytes"],
    [{ ...good, basePath: "/" }, "basePath"],
    [{ ...good, basePath: "vault" }, "basePath"],
    [{ ...good, basePath: "/:vault" }, "basePath"],
    [Object.create(good), "vault"],
  ])) {
    assert.throws(() => createHandler(options), (/** @type {any} */ error) => error.code === "VL1000" && error.context.place === place && !error.message.includes("words"), place);
  }
});
