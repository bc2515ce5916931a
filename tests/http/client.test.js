// @ts-check
// The official client, unchanged, against the handler: each of its token and crypto methods that the vault has, by name and
// with every parameter, on a server of Node's and inside of workerd; and what its `ApiError` shows of each family of errors.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError, VaultClient } from "@piiano/vault-client";
import { generateKeys } from "vaultlet";

import { makeError } from "../../pkg/error.js";
import { unpack, project } from "../packaged/installed.js";
import { startWorker } from "../packaged/platforms.js";
import { COLLECTIONS, KEY, openHandler, serve } from "./serve.js";

/** @import { AccessRequest, AuditEvent } from "vaultlet" */

const about = /** @type {const} */ ({
  collection: "customers",
  reason: "Other",
  adhocReason: "a test of the client",
  customAudit: "ticket 7",
  reloadCache: false,
});
const tenants = { xTenantId: ["north"] };
const jane = { name: "Jane Miller", email: "jane@example.com" };
const joe = { name: "Joe Miller", email: "joe@example.com" };

/**
 * Calls all of them, and answers nothing: what does not hold, throws.
 * @param {VaultClient} client
 */
async function callEach({ tokens, crypto, system, collections }) {
  assert.deepEqual(await system.dataHealth(), { status: "pass" });
  assert.deepEqual(await system.controlHealth(), { status: "pass" });
  assert.deepEqual(Object.keys(await system.getVaultVersion({ customAudit: "x" })).sort(), ["db_schema_version", "vault_id", "vault_version"]);
  const listed = await collections.listCollections({ format: "json", customAudit: "x", options: ["show_builtins"] });
  assert.deepEqual(listed.map(({ name }) => name), ["customers"]);
  const one = await collections.getCollection({ collection: "customers" });
  assert.deepEqual(one.properties?.map(({ name, is_nullable }) => [name, is_nullable]), [["card", true], ["email", false], ["name", false], ["photo", true]]);

  /** @type {any} */
  const pci = { type: "pci", scope: "shop", tags: ["a", "b"], object: { fields: jane } };
  const tokenized = { ...about, ...tenants, expirationSecs: "3600", transactionId: "first", requestBody: [pci, { ...pci, type: "randomized" }] };
  const made = await tokens.tokenize(tokenized);
  const [first = "", second = ""] = made.map(({ token_id }) => token_id);
  assert.deepEqual(await tokens.tokenize(tokenized), made, "a retry answers the same");
  // It belongs to its tenants, for which this method of the client has no parameter.
  const of = await tokens.getByTransactionId({ ...about, id: "first", additionalHeaders: { "X-Tenant-Id": "north" } });
  assert.deepEqual(new Set(of.ref_ids), new Set([first, second]));

  const shown = await tokens.detokenize({ ...about, ...tenants, tokenIds: [second, first], tags: ["a"], props: ["email", "name.mask"], options: ["include_metadata"] });
  assert.deepEqual(shown.map(({ token_id }) => token_id), [second, first]);
  assert.equal(shown[0]?.fields?.["email"], jane.email);
  assert.deepEqual(Object.keys(shown[0]?.fields ?? {}), ["email", "name.mask"]);

  await tokens.updateTokens({ ...about, ...tenants, tokenIds: [first], tags: ["b"], expirationSecs: "", requestBody: { tags: ["c"], object: { fields: joe } } });
  const rotated = await tokens.rotateTokens({ ...about, ...tenants, tokenIds: [first] });
  const moved = String(rotated[first]);
  assert.notEqual(moved, first);
  assert.deepEqual(await tokens.detokenize({ ...about, tokenIds: [first] }), []);
  const found = await tokens.searchTokens({ ...about, ...tenants, options: ["include_aggregated_data"], requestBody: { tags: ["c"] } });
  assert.deepEqual(found.map(({ token_id, tokens: [head] }) => [token_id, head?.tags, head?.expiration_time]), [[moved, ["c"], null]]);
  assert.deepEqual(await tokens.getTokensCount(about), { active: 2, archived: 0, total: 2 });

  // Archived, brought back as such, and deleted as such.
  await tokens.updateTokens({ ...about, tokenIds: [second], expirationSecs: "0", requestBody: {} });
  const archived = await tokens.searchTokens({ ...about, options: ["archived"], requestBody: { token_ids: [second] } });
  assert.equal(archived.length, 1);
  await tokens.deleteTokens({ ...about, ...tenants, options: ["archived"], tokenIds: [second] });
  await tokens.deleteTokens({ ...about, tags: ["c"] });
  assert.deepEqual(await tokens.getTokensCount(about), { active: 0, archived: 0, total: 0 });

  /** @type {any} */
  const sealed = { type: "randomized", scope: "form", tags: ["t"], object: { fields: jane } };
  const [encrypted] = await crypto.encrypt({ ...about, ...tenants, expirationSecs: "60", requestBody: [sealed] });
  const old = { ciphertext: String(encrypted?.ciphertext), scope: "form" };
  const [opened] = await crypto.decrypt({ ...about, ...tenants, options: ["include_metadata"], requestBody: [{ encrypted_object: old, props: ["name"] }] });
  assert.deepEqual(opened?.fields, { name: jane.name });
  assert.deepEqual(opened?.metadata?.tags, ["t"]);
  const [anew] = await crypto.updateEncrypted({ ...about, ...tenants, expirationSecs: "60", requestBody: [{ encrypted_object: old, fields: { email: joe.email }, scope: "other" }] });
  const [both] = await crypto.decrypt({ ...about, ...tenants, requestBody: [{ encrypted_object: { ciphertext: String(anew?.ciphertext), scope: "other" } }] });
  assert.deepEqual(both?.fields, { name: jane.name, email: joe.email });
  const [hash] = await crypto.hashObjects({ ...about, requestBody: [{ object: { fields: jane } }] });
  assert.match(String(hash?.token_id), /^[0-9a-f-]{36}$/);

  // Bytes. The client reads whatever is no JSON as text.
  const bytes = { ...about, prop: "photo", scope: "album" };
  /** @type {any} */
  const photo = new Blob(["not really a photo"], { type: "application/octet-stream" });
  const text = String(await crypto.encryptBlob({ ...bytes, type: "randomized", tags: /** @type {any} */ ("x,y"), expirationSecs: "60", requestBody: photo }));
  assert.match(text, /^[A-Za-z0-9+/]+=*$/);
  assert.equal(String(await crypto.decryptBlob({ ...bytes, requestBody: /** @type {any} */ (new Blob([text])) })), "not really a photo");
}

test("on a server of Node's: every method, and what the client says on the way", async (t) => {
  const { handler, asked, told } = await openHandler();
  const { url } = await serve(t, handler);
  await callEach(new VaultClient({ vaultURL: url, apiKey: KEY }));
  const of = (/** @type {string} */ action) => /** @type {AccessRequest} */ (asked.find((request) => request.action === action));
  for (const action of ["tokens.tokenize", "tokens.update", "crypto.encryptBlob"]) {
    assert.deepEqual([of(action).reason, of(action).adhocReason], ["Other", "a test of the client"], action);
  }
  assert.deepEqual(new Set(told.map(({ action }) => action)), new Set([
    "collections.read", "tokens.tokenize", "tokens.transaction", "tokens.detokenize", "tokens.update", "tokens.rotate",
    "tokens.search", "tokens.count", "tokens.delete", "crypto.encrypt", "crypto.decrypt", "crypto.updateEncrypted",
    "crypto.hash", "crypto.encryptBlob", "crypto.decryptBlob",
  ]));
});

test("inside of workerd: the same", async () => {
  const installed = await unpack();
  const code = `
    import { openVault } from "vaultlet";
    import { createHandler } from "vaultlet/http";
    import { memoryStore } from "vaultlet/store/memory";

    const collections = ${JSON.stringify(COLLECTIONS)};
    const opened = openVault({ keys: ${JSON.stringify(generateKeys())}, collections, store: memoryStore(), policy: () => ({ allow: true }) });
    const authenticate = (request) => request.headers.get("Authorization") === "Bearer ${KEY}" && "tester";
    const handler = opened.then((vault) => createHandler({ vault, authenticate, collections }));
    export default { fetch: async (request) => (await handler)(request) };`;
  const server = await startWorker(project(installed, "workerd-http", { "main.js": code }), "main.js");
  try {
    const vaultURL = String(await server.ready).replace(/\/$/, "");
    await callEach(new VaultClient({ vaultURL, apiKey: KEY }));
    await assert.rejects(new VaultClient({ vaultURL, apiKey: "another" }).tokens.getTokensCount(about), { status: 401 });
  } finally {
    await server.dispose();
  }
});

test("an `ApiError` shows code and message of each family of errors", async (t) => {
  const denied = new Set(["tokens.delete"]);
  const { handler } = await openHandler({
    policy: ({ action }) => ({ allow: !denied.has(action) }),
    audit(event) {
      if (event.action === "tokens.count") throw makeError("PV1000", 500, "no words of a host's go out", {});
    },
    settings: { maxTokens: 5 },
  });
  const { url } = await serve(t, handler);
  const { tokens, crypto, collections, objects } = new VaultClient({ vaultURL: url, apiKey: KEY });
  const requestBody = [/** @type {any} */ ({ type: "pci", object: { fields: jane } })];
  const [{ token_id } = { token_id: "" }] = await tokens.tokenize({ ...about, requestBody });
  const stranger = new VaultClient({ vaultURL: url, apiKey: "another" });
  /** @type {[number, string, () => Promise<unknown>][]} */
  const families = [
    [401, "PV1005", () => stranger.tokens.getTokensCount(about)],
    [403, "PV1006", () => tokens.deleteTokens({ ...about, tokenIds: [token_id] })],
    [400, "PV1012", () => tokens.tokenize({ ...about, requestBody: [/** @type {any} */ ({ type: "pci", object: { fields: jane }, odd: 1 })] })],
    [400, "PV1012", () => tokens.tokenize({ ...about, expirationSecs: "soon", requestBody })],
    [404, "PV3009", () => tokens.updateTokens({ ...about, tokenIds: ["nowhere"], requestBody: { tags: ["a"] } })],
    [404, "PV3087", () => tokens.rotateTokens({ ...about, tokenIds: ["nowhere"] })],
    [400, "VL1001", () => tokens.searchTokens({ ...about, requestBody: { token_ids: ["a", "b", "c", "d", "e", "f"] } })],
    [500, "PV1000", () => tokens.getTokensCount(about)],
    [405, "PV1026", () => collections.deleteCollection({ collection: "customers" })],
    [501, "PV2001", () => objects.listObjects({ collection: "customers", reason: "Other" })],
  ];
  for (const [status, code, call] of families) {
    await assert.rejects(call, (error) => {
      assert(error instanceof ApiError, String(error));
      assert.deepEqual([error.status, error.body.error_code], [status, code], error.message);
      assert(error.message.includes(code) && error.message.includes(error.body.message), error.message);
      assert(!error.message.includes("no words of a host's"), error.message);
      return true;
    });
  }
  await assert.rejects(crypto.decrypt({ ...about, requestBody: [/** @type {any} */ ({ encrypted_object: { ciphertext: "AAAA" } })] }), ApiError);
});

test("an empty list never leaves the client: beside tags it means all that have them", async (t) => {
  const { handler } = await openHandler();
  const { url } = await serve(t, handler);
  const { tokens } = new VaultClient({ vaultURL: url, apiKey: KEY });
  await tokens.tokenize({ ...about, requestBody: [/** @type {any} */ ({ type: "pci", tags: ["a"], object: { fields: jane } })] });
  assert.equal((await tokens.detokenize({ ...about, tokenIds: [], tags: ["a"] })).length, 1, "docs/http.md says so");
});
