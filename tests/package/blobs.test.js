// @ts-check
// Blobs: bytes in, bytes out, whatever they are, and what a request of them counts.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { VaultError } from "vaultlet";

import { about, openExample } from "./example-host.js";

/** @import { VaultOptions } from "vaultlet" */

const collections = { customers: { properties: { photo: { type: /** @type {const} */ ("BLOB") } } } };

/** @param {Partial<VaultOptions>} [overrides] */
const open = async (overrides) => (await openExample({ collections, ...overrides })).as("jane").crypto;

const photo = { ...about, prop: "photo" };

/** @param {Blob} blob */
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

/** @type {(code: string, field?: string) => (error: unknown) => boolean} */
const refused = (code, field) => (error) => {
  assert(error instanceof VaultError, String(error));
  assert.equal(error.code, code);
  if (field !== undefined) assert.equal(error.context["field"] ?? error.context["limit"], field);
  return true;
};

test("bytes of every length and value come back as they were, out of a Uint8Array, a Blob and a File", async () => {
  const { encryptBlob, decryptBlob } = await open();
  const all = Uint8Array.from({ length: 256 }, (_, value) => value);
  const samples = [0, 1, 2, 3, 4, 5, 255].map((length) => all.subarray(256 - length));
  for (const bytes of [...samples, all, Buffer.from("\uFEFFé\r\n"), new Uint8Array(randomBytes(100_000))]) {
    for (const requestBody of [bytes, new Blob([bytes]), new File([bytes], "photo.jpg", { type: "image/jpeg" })]) {
      const sealed = await encryptBlob({ ...photo, requestBody });
      assert(sealed instanceof Blob);
      assert.equal(sealed.type, "application/octet-stream");
      const opened = await decryptBlob({ ...photo, requestBody: sealed });
      assert.equal(opened.type, "application/octet-stream");
      assert.deepEqual(await bytesOf(opened), new Uint8Array(bytes));
    }
  }
});

test("a ciphertext is standard base64, and is taken in every form of it, and raw", async () => {
  const { encryptBlob, decryptBlob, decrypt } = await open();
  const bytes = new Uint8Array(randomBytes(1000));
  const text = await (await encryptBlob({ ...photo, requestBody: bytes, scope: "s" })).text();
  assert.match(text, /^[A-Za-z0-9+/]+={0,2}$/);
  const raw = Buffer.from(text, "base64");
  const urlSafe = raw.toString("base64url");
  for (const form of [text, text.replaceAll("=", ""), urlSafe, urlSafe + "=".repeat(text.split("=").length - 1), raw]) {
    for (const requestBody of [new Blob([form]), new Uint8Array(Buffer.from(form))]) {
      assert.deepEqual(await bytesOf(await decryptBlob({ ...photo, requestBody })), bytes);
    }
  }
  const [found] = await decrypt({ ...about, requestBody: [{ encrypted_object: { ciphertext: text, scope: "s" } }] });
  assert.deepEqual(found.fields, { photo: Buffer.from(bytes).toString("base64") });
  for (const bad of ["", "AAAA", `${text}\n`, ` ${text}`, `"${text}"`, "é", raw.subarray(1)]) {
    await assert.rejects(decryptBlob({ ...photo, requestBody: new Blob([bad]) }), refused("VL3003"));
  }
});

test("what is no Blob and no Uint8Array is PV1012, whatever it says of itself", async () => {
  const { encryptBlob, decryptBlob } = await open();
  class Liar extends Blob {
    get size() {
      return 1;
    }
    async arrayBuffer() {
      return new ArrayBuffer(1);
    }
  }
  const bad = [
    "text", 7, null, [], [1, 2], {}, new ArrayBuffer(3), new DataView(new ArrayBuffer(3)), new Uint16Array(3), { size: 3 },
    { [Symbol.toStringTag]: "Blob", size: 3, arrayBuffer: async () => new ArrayBuffer(3) },
  ];
  for (const operation of [encryptBlob, decryptBlob]) {
    for (const requestBody of bad) {
      const call = operation({ ...photo, requestBody: /** @type {any} */ (requestBody) });
      await assert.rejects(call, refused("PV1012", "requestBody"));
    }
    await assert.rejects(operation(/** @type {any} */ (photo)), refused("PV1012", "requestBody"));
    for (const parameters of [undefined, null, 7, "text", []]) {
      await assert.rejects(operation(/** @type {any} */ (parameters)), refused("PV1012"));
    }
    const thrower = { ...photo, get requestBody() {
      throw new Error("jane@example.com");
    } };
    await assert.rejects(operation(/** @type {any} */ (thrower)), (error) => refused("PV1012")(error) && !String(error).includes("jane"));
    const unknown = { ...photo, requestBody: new Uint8Array(1), note: NaN };
    await assert.rejects(operation(/** @type {any} */ (unknown)), refused("PV1012", "note"));
  }
  const sealed = await encryptBlob({ ...photo, requestBody: new Liar(["all of it"]) });
  assert.equal(await (await decryptBlob({ ...photo, requestBody: sealed })).text(), "all of it");
  const inherited = Object.create({ requestBody: new Uint8Array(1) }, Object.getOwnPropertyDescriptors({ ...photo }));
  await assert.rejects(encryptBlob(inherited), refused("PV1012", "requestBody"));
});

test("bytes are taken at the call: what is written over them later changes nothing", async () => {
  const { encryptBlob, decryptBlob } = await open();
  const bytes = new Uint8Array([1, 2, 3]);
  const sealing = encryptBlob({ ...photo, requestBody: bytes });
  bytes.fill(9);
  assert.deepEqual(await bytesOf(await decryptBlob({ ...photo, requestBody: await sealing })), new Uint8Array([1, 2, 3]));
});

test("a blob may be larger than an object, counts as base64, and what can be encrypted can be decrypted", async () => {
  const { encryptBlob, decryptBlob } = await open();
  // Of the setting's 8 MiB six are a blob's.
  const bytes = new Uint8Array((6 << 20) - 1000).fill(255);
  const sealed = await encryptBlob({ ...photo, requestBody: new Blob([bytes]) });
  assert(sealed.size > 8 << 20);
  const opened = await bytesOf(await decryptBlob({ ...photo, requestBody: sealed }));
  assert.equal(Buffer.compare(opened, bytes), 0);
  const raw = new Uint8Array(Buffer.from(await sealed.text(), "base64"));
  assert.equal((await decryptBlob({ ...photo, requestBody: raw })).size, bytes.length);
  for (const requestBody of [new Uint8Array(6 << 20), new Blob([new Uint8Array(6 << 20)])]) {
    await assert.rejects(encryptBlob({ ...photo, requestBody }), refused("VL1001", "settings.maxRequestBytes"));
  }
  for (const requestBody of [new Blob([new Uint8Array(8 << 20)]), new Blob(["A".repeat(12 << 20)])]) {
    await assert.rejects(decryptBlob({ ...photo, requestBody }), refused("VL1001", "settings.maxRequestBytes"));
  }
});

test("blobs under way count against maxPendingBytes, and no longer than until each is over", async () => {
  const { encryptBlob } = await open({ settings: { maxRequestBytes: 2_000, maxPendingBytes: 4_000 } });
  const requestBody = new Blob([new Uint8Array(1_300)]);
  const calls = [1, 2, 3, 4].map(() => encryptBlob({ ...photo, requestBody }).then(() => "ok", ({ code }) => code));
  assert.deepEqual(await Promise.all(calls), ["ok", "ok", "VL1002", "VL1002"]);
  await encryptBlob({ ...photo, requestBody });
});

test("a blob that cannot be read is PV1012, and one that is too long is not even tried", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "vaultlet-"));
  context.after(() => rm(folder, { recursive: true }));
  const { encryptBlob } = await open({ settings: { maxRequestBytes: 2_000, maxPendingBytes: 4_000 } });
  for (const [size, code] of /** @type {const} */ ([[1_300, "PV1012"], [1_500, "VL1001"]])) {
    const file = join(folder, String(size));
    await writeFile(file, Buffer.alloc(size));
    const requestBody = await openAsBlob(file);
    // A file that has changed since is no longer the blob.
    await writeFile(file, Buffer.alloc(size + 1));
    await assert.rejects(encryptBlob({ ...photo, requestBody }), refused(code));
  }
});

test("a blob that the vault's end has met is VL5002", async () => {
  const vault = await openExample({ collections });
  const { encryptBlob } = vault.as("jane").crypto;
  const pending = encryptBlob({ ...photo, requestBody: new Blob([new Uint8Array(100_000)]) });
  vault.close();
  await assert.rejects(pending, refused("VL5002"));
});

test("parameters that are no plain object are refused, as those of other operations are", async () => {
  const { encryptBlob } = await open();
  const members = { ...photo, requestBody: new Uint8Array(3) };
  for (const odd of [() => {}, new Map(), new Date(0), []]) {
    await assert.rejects(encryptBlob(/** @type {any} */ (Object.assign(odd, members))), refused("PV1012"));
  }
  class Parameters {
    collection = about.collection;
    reason = about.reason;
    prop = "photo";
    requestBody = new Uint8Array(3);
  }
  await encryptBlob(/** @type {any} */ (new Parameters()));
});
