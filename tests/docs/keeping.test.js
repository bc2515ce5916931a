// @ts-check
// docs/keeping.md does what it says: a backup brings back what it held, and an old data key goes where the page says so.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import Database from "libsql";
import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";
import { sqliteStore } from "vaultlet/store/sqlite";

import { readDocument } from "./code-blocks.js";

/** @import { GeneratedKeys, Store } from "vaultlet" */

const about = { collection: "customers", reason: "Maintenance" };
const object = { fields: { email: "jane@example.com" } };

/** @param {GeneratedKeys} keys @param {Store} store */
async function open(keys, store) {
  const collections = { customers: { properties: { email: { type: "EMAIL" } } } };
  return (await openVault({ keys, collections, store, policy: () => ({ allow: true }) })).as("operator");
}

test("a backup of a store in use opens with the same keys, and brings back what was deleted and rotated since", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vaultlet-backup-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const backup = join(folder, "backup.db");
  const database = new Database(join(folder, "vault.db"));
  const store = sqliteStore(database);
  await store.migrate();
  const keys = generateKeys();
  const { tokens } = await open(keys, store);
  const requestBody = /** @type {const} */ ([{ type: "pci", object }, { type: "randomized", object }]);
  const [{ token_id: deleted }, { token_id: rotated }] = await tokens.tokenize({ ...about, requestBody });
  const [, statement = ""] = /`database\.exec\("(VACUUM INTO 'backup\.db')"\)`/.exec(readDocument("docs/keeping.md")) ?? [];
  database.exec(statement.replace("backup.db", backup));
  await tokens.deleteTokens({ ...about, tokenIds: [deleted] });
  const { [rotated]: current = "" } = await tokens.rotateTokens({ ...about, tokenIds: [rotated] });
  const copy = new Database(backup);
  const restored = (await open(keys, sqliteStore(copy))).tokens;
  const found = await restored.detokenize({ ...about, tokenIds: [deleted, rotated, current] });
  assert.deepEqual(
    found.map(({ token_id, fields }) => [token_id, fields]),
    [deleted, rotated].map((id) => [id, object.fields]),
  );
  for (const each of [database, copy]) each.close();
});

test("what brings a token under the new key, and what leaves it under the old one", async () => {
  const store = memoryStore();
  const keys = generateKeys();
  const before = (await open(keys, store)).tokens;
  const ids = [];
  for (const name of ["rotated", "tagged", "expiring", "changed", "archived", "same", "again"]) {
    const type = name === "again" ? "randomized" : "pci";
    const requestBody = /** @type {const} */ ([{ type, object: { fields: { email: `${name}@example.com` } }, tags: ["a"] }]);
    ids.push((await before.tokenize({ ...about, requestBody }))[0].token_id);
  }
  const [rotated = "", tagged = "", expiring = "", changed = "", archived = "", same = "", again = ""] = ids;
  await before.updateTokens({ ...about, tokenIds: [archived], expirationSecs: "0", requestBody: {} });

  const next = generateKeys(keys);
  const { tokens } = await open(next, store);
  const { [rotated]: current = "" } = await tokens.rotateTokens({ ...about, tokenIds: [rotated] });
  await tokens.updateTokens({ ...about, tokenIds: [tagged], requestBody: { tags: ["b"] } });
  await tokens.updateTokens({ ...about, tokenIds: [expiring], expirationSecs: "3600", requestBody: {} });
  await tokens.updateTokens({ ...about, tokenIds: [changed], requestBody: { object } });
  await tokens.updateTokens({ ...about, tokenIds: [archived], options: ["archived"], expirationSecs: "", requestBody: {} });
  const nothingNew = { tags: ["a"], object: { fields: { email: "same@example.com" } } };
  await tokens.updateTokens({ ...about, tokenIds: [same], expirationSecs: "", requestBody: nothingNew });
  // To a random ID no data is the same.
  await tokens.updateTokens({ ...about, tokenIds: [again], requestBody: { object: { fields: { email: "again@example.com" } } } });

  const alone = (await open({ ...next, data: { [next.primary]: String(next.data[next.primary]) } }, store)).tokens;
  const found = await alone.detokenize({ ...about, tokenIds: [current, tagged, expiring, changed, archived, again] });
  assert.equal(found.length, 6);
  await assert.rejects(alone.detokenize({ ...about, tokenIds: [same] }), { code: "VL5001" });
});

test("a ciphertext comes under the new key by an update of nothing, and does not open without its own", async () => {
  const keys = generateKeys();
  const next = generateKeys(keys);
  const alone = { ...next, data: { [next.primary]: String(next.data[next.primary]) } };
  const [old, both, last] = await Promise.all([keys, next, alone].map(async (each) => (await open(each, memoryStore())).crypto));
  assert(old !== undefined && both !== undefined && last !== undefined);
  for (const type of ["randomized", "deterministic"]) {
    const [encrypted_object] = await old.encrypt({ ...about, requestBody: [{ type, object }] });
    const [resealed] = await both.updateEncrypted({ ...about, requestBody: [{ encrypted_object, fields: {} }] });
    assert.notEqual(resealed.ciphertext, encrypted_object.ciphertext);
    const [{ fields }] = await last.decrypt({ ...about, requestBody: [{ encrypted_object: resealed }] });
    assert.deepEqual(fields, object.fields);
    await assert.rejects(last.decrypt({ ...about, requestBody: [{ encrypted_object }] }), { code: "VL3003" });
  }
});
