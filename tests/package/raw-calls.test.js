// @ts-check
// What the HTTP handler has beyond a client's methods: bodies as text, answers as text, collections.

import assert from "node:assert/strict";
import { test } from "node:test";

import { VaultError } from "vaultlet";

import { runRaw } from "../../pkg/raw-calls.js";
import { about, openExample } from "./example-host.js";

/** @import { AccessRequest, AuditEvent } from "vaultlet" */

const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** @type {(code: string, field?: string) => (error: unknown) => boolean} */
const refused = (code, field) => (error) => {
  assert(error instanceof VaultError, String(error));
  assert.equal(error.code, code);
  if (field !== undefined) assert.equal(error.context["field"], field);
  return true;
};

test("a body crosses as text, an answer comes as text, and policy and audit are told what `as` was given", async () => {
  /** @type {AccessRequest[]} */
  const requests = [];
  /** @type {AuditEvent[]} */
  const events = [];
  const vault = await openExample({
    policy: (request) => (requests.push(request), { allow: true }),
    audit: (event) => void events.push(event),
  });
  const client = vault.as("jane", { requestId: "r-1" });
  const body = utf8(`[ {"type":"pci","object":{"fields":{"email":"jane@example.com"}}} ]`);
  const made = await runRaw(client, "tokens.tokenize", about, body);
  const [{ token_id }] = JSON.parse(made);
  assert.equal(made, `[{"token_id":"${token_id}"}]`);
  const answer = await runRaw(client, "tokens.detokenize", { ...about, tokenIds: [token_id] });
  assert.deepEqual(JSON.parse(answer), await client.tokens.detokenize({ ...about, tokenIds: [token_id] }));
  assert.equal(await runRaw(client, "tokens.update", { ...about, tokenIds: [token_id] }, utf8(`{"tags":["a"]}`)), "");
  for (const { caller, requestId } of [...requests, ...events]) assert.deepEqual([caller, requestId], ["jane", "r-1"]);
  assert.deepEqual(Object.keys(client), ["tokens", "crypto"]);
});

test("a body is one JSON value in UTF-8: no text of it is another parameter, and its faults have their place", async () => {
  let asked = 0;
  const vault = await openExample({ policy: () => ((asked += 1), { allow: true }) });
  const client = vault.as("jane");
  const search = (/** @type {Uint8Array} */ body) => runRaw(client, "tokens.search", { ...about, xTenantId: ["a"] }, body);
  for (const text of [`{},"xTenantId":["b"]`, `{}],[{}`, "{}}", "", " ", "{}{}"]) {
    await assert.rejects(search(utf8(text)), refused("PV1012", "requestBody"));
  }
  for (const bytes of [[0xff], [0x7b, 0x22, 0xc3, 0x22, 0x3a, 0x31, 0x7d], [...utf8("{}"), 0x80]]) {
    await assert.rejects(search(new Uint8Array(bytes)), refused("PV1012", "requestBody"));
  }
  await assert.rejects(search(utf8(`{"tags":["\\ud800"]}`)), refused("PV1012", "requestBody.tags[0]"));
  await assert.rejects(search(utf8(`{"tags":[],"tags":[]}`)), refused("PV1012", "requestBody"));
  const twice = runRaw(client, "tokens.search", { ...about, requestBody: {} }, utf8("{}"));
  await assert.rejects(twice, refused("PV1012", "requestBody"));
  await assert.rejects(runRaw(client, "tokens.detokenize", about, utf8("{}")), refused("PV1012", "requestBody"));
  assert.equal(asked, 0);
});

test("text and parameters together count against the limits", async () => {
  const { length } = JSON.stringify(about);
  const vault = await openExample({ settings: { maxRequestBytes: length + 100, maxPendingBytes: 1000 } });
  const client = vault.as("jane");
  const search = (/** @type {number} */ size) => runRaw(client, "tokens.search", about, utf8(`{}${" ".repeat(size - 2)}`));
  assert.equal(await search(100), "[]");
  await assert.rejects(search(101), refused("VL1001"));
});

test("collections are read as the public API describes them, by the policy's leave", async () => {
  const vault = await openExample({
    policy: ({ caller, action, capabilities, checks }) => ({
      allow: caller === "reader" && action === "collections.read" && checks.length === 0 && capabilities[0] === "CapCollectionsReader",
    }),
  });
  const reader = vault.as("reader");
  const properties = [
    { name: "email", data_type_name: "EMAIL", is_nullable: false },
    { name: "name", data_type_name: "NAME", is_nullable: true },
  ];
  const customers = { name: "customers", type: "PERSONS", properties };
  assert.deepEqual(JSON.parse(await runRaw(reader, "collections.read", { collection: "customers" })), customers);
  assert.deepEqual(JSON.parse(await runRaw(reader, "collections.read", { collection: "" })), [customers]);
  await assert.rejects(runRaw(vault.as("other"), "collections.read", { collection: "" }), refused("PV1006"));
  await assert.rejects(runRaw(reader, "collections.read", { collection: "nobody" }), refused("PV1004"));
});

test("what is no client of a vault is refused at once, and an operation that is none has no answer", async () => {
  const vault = await openExample();
  for (const stranger of [{}, null, undefined, "client", { ...vault.as("jane") }, vault]) {
    await assert.rejects(runRaw(/** @type {any} */ (stranger), "tokens.count", about), TypeError);
  }
  await assert.rejects(runRaw(vault.as("jane"), "tokens.none", about), refused("PV1000"));
});
