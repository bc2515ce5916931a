// @ts-check
// A caller's view of a vault: what `vault.as` answers, and how a call crosses to the core and back.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { VaultError } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { about, makeToken, openExample, secretEmail, tagsOf } from "./example-host.js";

/** @import { AccessRequest, AuditEvent } from "vaultlet" */

const tokenMethods = [
  "tokenize",
  "detokenize",
  "updateTokens",
  "rotateTokens",
  "searchTokens",
  "deleteTokens",
  "getTokensCount",
  "getByTransactionId",
];
const cryptoMethods = ["encrypt", "decrypt", "updateEncrypted", "hashObjects", "encryptBlob", "decryptBlob"];

test("`as` answers a frozen object of its own `tokens` and `crypto`, each with the API's methods", async () => {
  const vault = await openExample();
  assert(Object.isFrozen(vault));
  const client = vault.as("jane");
  assert.deepEqual(Object.keys(client), ["tokens", "crypto"]);
  assert.deepEqual(Object.keys(client.tokens), tokenMethods);
  assert.deepEqual(Object.keys(client.crypto), cryptoMethods);
  for (const part of [client, client.tokens, client.crypto]) assert(Object.isFrozen(part));
});

test("methods may be taken out of their objects", async () => {
  const vault = await openExample();
  const {
    tokens: { tokenize, detokenize },
  } = vault.as("jane");
  const [made] = await tokenize({ ...about, requestBody: [{ type: "pci", object: { fields: { email: secretEmail } } }] });
  assert(made);
  assert.deepEqual(await detokenize({ ...about, tokenIds: [made.token_id] }), [
    { token_id: made.token_id, fields: { email: secretEmail } },
  ]);
});

test("each call has its own caller, whatever it is, and policy and audit get it as it is", async () => {
  /** @type {AccessRequest[]} */
  const requests = [];
  /** @type {AuditEvent[]} */
  const events = [];
  const vault = await openExample({
    policy: (request) => (requests.push(request), { allow: true }),
    audit: (event) => void events.push(event),
  });
  const callers = [{ name: "jane" }, "joe", 7, null, undefined, Symbol("system"), () => {}, new Proxy({}, {})];
  await Promise.all(callers.map((caller) => vault.as(caller).tokens.detokenize({ ...about, tokenIds: ["none"] })));
  for (const caller of callers) {
    assert(requests.some((request) => request.caller === caller));
    assert(events.some((event) => event.caller === caller));
  }
});

test("policy and audit get plain data of the documented members, and what they do to it changes nothing", async (context) => {
  const now = 1_700_000_000_000;
  context.mock.method(Date, "now", () => now);
  /** @type {any[]} */
  const handed = [];
  const spoil = (/** @type {any} */ each) => {
    handed.push(structuredClone(each));
    each.tenantIds.push("spoilt");
    each.checks.length = 0;
    each.collection = "spoilt";
  };
  const vault = await openExample({
    policy: (request) => (spoil(request), { allow: true }),
    audit: (event) => spoil(event),
  });
  const [made] = await vault.as("jane").tokens.tokenize({
    ...about,
    xTenantId: ["acme"],
    adhocReason: "a complaint",
    customAudit: "ticket 5",
    transactionId: "tx-1",
    requestBody: [{ type: "pci", object: { fields: { email: secretEmail, name: "Jane" } } }],
  });
  assert(made);
  const [request, event] = handed;
  const check = (/** @type {string} */ name, /** @type {string} */ type) => ({
    operation: "tokenize",
    resource: `customers/properties/${name}`,
    type,
  });
  const checks = [check("email", "EMAIL"), check("name", "NAME")];
  assert.deepEqual(request, {
    caller: "jane",
    action: "tokens.tokenize",
    capabilities: ["CapTokensWriter"],
    checks,
    input: "fields",
    collection: "customers",
    tenantIds: ["acme"],
    reason: "AppFunctionality",
    adhocReason: "a complaint",
  });
  assert.match(event.id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    { ...event, id: "" },
    {
      id: "",
      time: now,
      caller: "jane",
      action: "tokens.tokenize",
      collection: "customers",
      tenantIds: ["acme"],
      reason: "AppFunctionality",
      adhocReason: "a complaint",
      customAudit: "ticket 5",
      transactionId: "tx-1",
      decision: "allowed",
      checks,
      tokens: 1,
    },
  );
  assert(!JSON.stringify(handed).includes(secretEmail) && !JSON.stringify(handed).includes(made.token_id));
});

/** @param {Record<string, any>} client */
const methodsOf = (client) => [
  ...tokenMethods.map((name) => client["tokens"][name]),
  ...cryptoMethods.map((name) => client["crypto"][name]),
];

test("what JSON cannot carry is refused, by every method, as a rejection and never as a throw", async () => {
  const vault = await openExample();
  const cycle = { ...about };
  Object.assign(cycle, { cycle });
  const throwing = {
    ...about,
    get tokenIds() {
      throw new Error(`the host's own words about ${secretEmail}`);
    },
  };
  for (const [parameters, field] of /** @type {[unknown, string][]} */ ([
    [undefined, "request"],
    [() => {}, "request"],
    [Symbol("request"), "request"],
    [new Map([["collection", "customers"]]), "request"],
    [{ ...about, [secretEmail]: NaN }, "request"],
    [{ ...about, tokenIds: [5n] }, "tokenIds[0]"],
    [cycle, "cycle"],
    [throwing, "tokenIds"],
  ])) {
    for (const method of methodsOf(vault.as("jane"))) {
      const promise = method(parameters);
      assert(promise instanceof Promise);
      await assert.rejects(promise, (error) => {
        assert(error instanceof VaultError);
        assert.equal(error.code, "PV1012");
        assert.equal(error.status, 400);
        assert.deepEqual({ ...error.context }, { field });
        assert.equal(error.cause, undefined);
        assert(!String(error.stack).includes(secretEmail));
        return true;
      });
    }
  }
});

test("what JSON would lose is refused with its place, and nothing is changed, asked or told", async () => {
  /** @type {unknown[]} */
  const asked = [];
  const types = /** @type {const} */ (["EMAIL", "DOUBLE", "TIMESTAMP", "JSON"]);
  const properties = Object.fromEntries(types.map((type) => [type.toLowerCase(), { type, nullable: true }]));
  const vault = await openExample({
    collections: { customers: { properties } },
    policy: (request) => (asked.push(request), { allow: true }),
    audit: (event) => void asked.push(event),
  });
  const { updateTokens, tokenize, detokenize } = vault.as("jane").tokens;
  const fields = { email: secretEmail, double: 1.75, timestamp: "2024-12-31T00:00:00Z", json: { prefs: { sms: false } } };
  const [{ token_id: tokenId }] = await tokenize({ ...about, requestBody: [{ type: "pci", tags: ["old"], object: { fields } }] });
  asked.length = 0;
  for (const [lost, place] of /** @type {[object, string][]} */ ([
    [{ double: Number("1,75") }, "double"],
    [{ timestamp: new Date("31/12/2024") }, "timestamp"],
    [{ json: { prefs: new Map([["sms", false]]) } }, "json.prefs"],
    [{ email: "half \ud83d" }, "email"],
  ])) {
    const requestBody = { tags: ["new"], object: { fields: { ...fields, ...lost } } };
    const field = `requestBody.object.fields.${place}`;
    await assert.rejects(updateTokens({ ...about, tokenIds: [tokenId], requestBody }), { code: "PV1012", context: { field } });
  }
  /** @type {any[]} */
  const requestBody = Array.from({ length: 100 }, () => ({ type: "pci", object: { fields: { email: secretEmail } } }));
  requestBody[57].object.fields.note = 5n;
  const context = { field: "requestBody[57].object.fields.note" };
  await assert.rejects(tokenize({ ...about, requestBody }), { code: "PV1012", context });
  assert.deepEqual(asked, []);
  const [left] = await detokenize({ ...about, tokenIds: [tokenId] });
  assert.deepEqual([left?.fields, await tagsOf(vault, tokenId)], [fields, ["old"]]);
});

test("a list that came out empty matches nothing and widens no query; the store is not asked", async () => {
  const kept = memoryStore();
  /** @type {unknown[]} */
  const asked = [];
  const store = {
    read: (/** @type {import("vaultlet").Query} */ query) => (asked.push(query), kept.read(query)),
    write: (/** @type {import("vaultlet").Change[]} */ changes) => (asked.push(changes), kept.write(changes)),
  };
  const vault = await openExample({ store });
  const tokenIds = [await makeToken(vault)];
  const before = structuredClone(kept.rows());
  const { tokens, crypto } = vault.as("jane");
  const tags = ["old"];
  const transactionId = "kept by nobody";
  /** @type {[name: string, call: () => Promise<unknown>, expected: unknown][]} */
  const calls = [
    ...[{ tokenIds: [] }, { tags: [] }, { tokenIds: [], tags }, { tokenIds, tags: [] }].flatMap((query) => /** @type {[string, () => Promise<unknown>, unknown][]} */ ([
      ["detokenize", () => tokens.detokenize({ ...about, ...query }), []],
      ["update", () => tokens.updateTokens({ ...about, ...query, transactionId, requestBody: { tags: ["new"] } }), "PV3009"],
      ["delete", () => tokens.deleteTokens({ ...about, ...query }), "PV3009"],
    ])),
    ...[{ token_ids: [] }, { tags: [] }, { token_ids: [], tags }, { token_ids: tokenIds, tags: [] }].map((requestBody) => /** @type {[string, () => Promise<unknown>, unknown]} */ ([
      "search", () => tokens.searchTokens({ ...about, requestBody }), [],
    ])),
    ["rotate", () => tokens.rotateTokens({ ...about, tokenIds: [], transactionId }), {}],
    ["tokenize", () => tokens.tokenize({ ...about, requestBody: [], transactionId }), []],
    ["encrypt", () => crypto.encrypt({ ...about, requestBody: [] }), []],
    ["decrypt", () => crypto.decrypt({ ...about, requestBody: [] }), []],
    ["update encrypted", () => crypto.updateEncrypted({ ...about, requestBody: [] }), []],
    ["hash", () => crypto.hashObjects({ ...about, requestBody: [] }), []],
  ];
  asked.length = 0;
  for (const [name, call, expected] of calls) {
    assert.deepEqual(await call().catch((error) => error.code), expected, name);
  }
  assert.deepEqual(asked, []);
  assert.deepEqual(kept.rows(), before);
  // That all or none would be meant: neither is.
  for (const empty of [{ props: [] }, { xTenantId: [] }]) {
    await assert.rejects(tokens.detokenize({ ...about, tokenIds, .../** @type {object} */ (empty) }), { code: "PV1012" });
  }
});

test("members that somebody has planted on Object.prototype are not the request's", async (context) => {
  const vault = await openExample();
  const tokenId = await makeToken(vault);
  const planted = { requestBody: { tags: ["planted"] }, tokenIds: [tokenId], requestId: "planted" };
  for (const [name, value] of Object.entries(planted)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true });
    context.after(() => Reflect.deleteProperty(Object.prototype, name));
  }
  const { updateTokens } = vault.as("jane", {}).tokens;
  await assert.rejects(updateTokens(/** @type {any} */ ({ ...about, tokenIds: [tokenId] })), { code: "PV1012" });
  assert.deepEqual(await tagsOf(vault, tokenId), ["old"]);
});

test("a request's ID goes to policy and audit; a wrong one, or an unknown option, is told to each call", async () => {
  /** @type {(string | undefined)[]} */
  const seen = [];
  const vault = await openExample({
    policy: ({ requestId }) => (seen.push(requestId), { allow: true }),
    audit: ({ requestId }) => void seen.push(requestId),
  });
  for (const requestId of ["a", "9f3c:2026-11-28T00.00_z", "x".repeat(128), undefined]) {
    await vault.as("jane", { requestId }).tokens.getTokensCount(about);
    assert.deepEqual(seen.splice(0), [requestId, requestId]);
  }
  await vault.as("jane", undefined).tokens.getTokensCount(about);
  seen.length = 0;
  const throwing = { get requestId() { throw new Error(secretEmail); } }; // prettier-ignore
  for (const options of [
    ...["", "x".repeat(129), "a b", "é", "a\n", 5, null, {}, ["a"]].map((requestId) => ({ requestId })),
    { requestID: "a" },
    { [Symbol("a")]: 1 },
    null,
    "a",
    5,
    throwing,
  ]) {
    const { getTokensCount } = vault.as("jane", /** @type {any} */ (options)).tokens;
    for (let round = 0; round < 2; round += 1) {
      await assert.rejects(getTokensCount(about), (/** @type {any} */ error) => {
        assert.equal(error.code, "PV1012");
        assert.deepEqual({ ...error.context }, { field: "requestId" });
        assert(!String(error.stack).includes(secretEmail));
        return true;
      });
    }
  }
  assert.deepEqual(seen, []);
});

/** A request of so many bytes; each \u00e9 is two of them. @param {number} bytes */
function requestOf(bytes) {
  const request = { ...about, tokenIds: [""], customAudit: "\u00e9" };
  const rest = bytes - Buffer.byteLength(JSON.stringify(request));
  return { ...request, tokenIds: ["a".repeat(rest)] };
}

test("a request of more than `maxRequestBytes` in UTF-8 is refused before it is read, and not audited", async () => {
  /** @type {unknown[]} */
  const told = [];
  const vault = await openExample({ settings: { maxRequestBytes: 150 }, audit: (event) => void told.push(event) });
  const { detokenize } = vault.as("jane").tokens;
  assert.deepEqual(await detokenize(requestOf(150)), []);
  told.length = 0;
  const limit = { limit: "settings.maxRequestBytes", value: "150" };
  for (const request of [requestOf(151), requestOf(5_000), { ...requestOf(151), tokenIds: Array(1e6).fill("a") }]) {
    await assert.rejects(detokenize(request), { code: "VL1001", status: 400, context: limit });
  }
  assert.deepEqual(told, []);
  // What refers to one object again and again is as long as its text.
  /** @type {unknown} */
  let bomb = "text";
  for (let level = 0; level < 100; level += 1) bomb = [bomb, bomb];
  await assert.rejects(detokenize({ ...about, tokenIds: /** @type {any} */ (bomb) }), { code: "VL1001" });
});

test("the default of `maxRequestBytes` is 8 MiB", async () => {
  const { detokenize } = (await openExample()).as("jane").tokens;
  await assert.rejects(detokenize(requestOf((8 << 20) + 1)), {
    code: "VL1001",
    context: { limit: "settings.maxRequestBytes", value: "8388608" },
  });
  await assert.rejects(detokenize(requestOf(8 << 20)), { code: "PV1012" });
});

test("more than `maxPendingBytes` under way is refused, not audited, and leaves what is under way alone", async () => {
  /** @type {unknown[]} */
  const told = [];
  /** @type {((decision: { allow: boolean }) => void)[]} */
  const waiting = [];
  const vault = await openExample({
    settings: { maxRequestBytes: 200, maxPendingBytes: 400 },
    policy: () => new Promise((resolve) => waiting.push(/** @type {any} */ (resolve))),
    audit: (event) => void told.push(event),
  });
  const { detokenize } = vault.as("jane").tokens;
  const context = { limit: "settings.maxPendingBytes", value: "400" };
  const settle = async (/** @type {boolean} */ allow) => {
    while (waiting.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const resolve of waiting.splice(0)) resolve({ allow });
  };
  // Each round counts them anew: whether they end in an answer or in an error, nothing is left of them.
  for (const [allow, ends] of /** @type {[boolean, string][]} */ ([[true, "fulfilled"], [false, "rejected"], [true, "fulfilled"]])) {
    const calls = [detokenize(requestOf(200)), detokenize(requestOf(200))];
    await assert.rejects(detokenize(requestOf(140)), { code: "VL1002", status: 503, context });
    await assert.rejects(detokenize(/** @type {any} */ ({ ...about, tokenIds: [NaN] })), { code: "PV1012" });
    assert.deepEqual(told.splice(0), []);
    await settle(allow);
    assert.deepEqual((await Promise.allSettled(calls)).map(({ status }) => status), [ends, ends]);
    told.length = 0;
  }
});

test("a request that is no object is refused", async () => {
  const vault = await openExample();
  for (const parameters of [null, 5, "text", [], true]) {
    for (const method of methodsOf(vault.as("jane"))) {
      await assert.rejects(method(parameters), (error) => error instanceof VaultError && error.status >= 400);
    }
  }
  const { tokenize } = /** @type {any} */ (vault.as("jane").tokens);
  await assert.rejects(tokenize(null), { code: "PV1012" });
});

test("a parameter that is undefined counts as absent; null does not", async () => {
  const vault = await openExample();
  const tokenId = await makeToken(vault);
  const { detokenize } = vault.as("jane").tokens;
  const found = await detokenize({ ...about, tokenIds: [tokenId], tags: undefined, props: undefined });
  assert.equal(found.length, 1);
  await assert.rejects(detokenize({ ...about, tokenIds: [tokenId], tags: /** @type {any} */ (null) }), {
    code: "PV1012",
    context: { field: "tags" },
  });
});

test("the request is read when the call is made: what the caller does to it afterwards changes nothing", async () => {
  const vault = await openExample();
  const tokenId = await makeToken(vault);
  const parameters = { ...about, tokenIds: [tokenId], requestBody: { tags: ["new"] } };
  const updating = vault.as("jane").tokens.updateTokens(parameters);
  parameters.requestBody.tags[0] = "spoilt";
  parameters.tokenIds.length = 0;
  await updating;
  assert.deepEqual(await tagsOf(vault, tokenId), ["new"]);
});

test("calls that are made while the stack runs out end, and so does every later one", () => {
  // In a process of its own: the engine reports each promise that is rejected there.
  const program = fileURLToPath(new URL("stack-runs-out.js", import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [program], { encoding: "utf8" });
  assert.deepEqual({ stdout, status }, { stdout: "300 0 true\n", status: 0 });
});

test("an answer of nothing is undefined, and a legal token ID is a safe key of an answer", async () => {
  const vault = await openExample();
  const { tokenize, updateTokens, rotateTokens } = vault.as("jane").tokens;
  await tokenize({
    ...about,
    requestBody: [{ type: "randomized", token_id: "__proto__", object: { fields: { email: secretEmail } } }],
  });
  assert.equal(
    await updateTokens({ ...about, tokenIds: ["__proto__"], requestBody: { tags: ["new"] } }),
    undefined,
  );
  const rotated = await rotateTokens({ ...about, tokenIds: ["__proto__"] });
  assert.deepEqual(Object.keys(rotated), ["__proto__"]);
  assert.match(String(Object.values(rotated)[0]), /^[0-9a-f-]{36}$/);
});

test("an error of the core is a VaultError with the body of the REST API", async () => {
  const vault = await openExample();
  const { rotateTokens } = vault.as("jane").tokens;
  await assert.rejects(rotateTokens({ ...about, tokenIds: ["a", "b"] }), (error) => {
    assert(error instanceof VaultError);
    assert.equal(error.code, "PV3087");
    assert.equal(error.status, 404);
    assert.deepEqual(JSON.parse(JSON.stringify(error)), {
      error_code: "PV3087",
      message: error.message,
      context: { token_ids: "a,b" },
      error_url: "docs/errors.md#PV3087",
    });
    assert.match(String(error.stack), /calls\.test\.js/, "the stack leads to the caller");
    return true;
  });
});
