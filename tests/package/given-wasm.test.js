// @ts-check
// The option `wasm`: each of its forms, and whatever is none of them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";

import { VaultError } from "vaultlet";

import { anotherVersion } from "./another-version.js";
import { makeToken, openExample, tagsOf } from "./example-host.js";

const address = new URL(import.meta.resolve("vaultlet/vaultlet.wasm"));
const bytes = new Uint8Array(await readFile(fileURLToPath(address)));
const module = await WebAssembly.compile(bytes);
const type = { "content-type": "application/wasm" };
const reply = (/** @type {any} */ body = bytes, /** @type {ResponseInit} */ init = { headers: type }) => new Response(body, init);

/** @param {any} wasm */
async function opens(wasm) {
  const vault = await openExample({ wasm });
  assert.deepEqual(await tagsOf(vault, await makeToken(vault)), ["old"]);
}

const { buffer } = bytes;
for (const [name, make] of /** @type {[string, () => any][]} */ ([
  ["a module", () => module],
  ["bytes", () => bytes],
  ["a Buffer, a part of more", () => Buffer.concat([Buffer.alloc(7), bytes]).subarray(7)],
  ["an ArrayBuffer", () => buffer],
  ["a DataView", () => new DataView(buffer)],
  ["an ArrayBuffer of another realm", () => runInNewContext("bytes => new Uint8Array(bytes).slice().buffer")(bytes)],
  ["a response", () => reply()],
  ["a response without a type", () => reply(bytes, {})],
  ["the address of a file", () => address],
  ["an address that holds it", () => new URL(`data:application/wasm;base64,${Buffer.from(bytes).toString("base64")}`)],
])) {
  test(`opens with ${name}`, () => opens(make()));
  test(`opens with a promise of ${name}`, () => opens(Promise.resolve(make())));
}

test("opens with a thenable, and with undefined for none", async () => {
  await opens({ then: (/** @type {Function} */ resolve) => resolve(module) });
  await opens(undefined);
});

test("opens with the address of a server, whatever type it names", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/typed.wasm") response.setHeader("content-type", "application/wasm");
    response.end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  try {
    for (const path of ["typed.wasm", "untyped"]) await opens(new URL(`http://127.0.0.1:${port}/${path}`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("two vaults may share one response, also while it is read, and its body is read once", async () => {
  for (const shared of [reply(), reply(bytes, {})]) {
    await Promise.all([opens(shared), opens(Promise.resolve(shared))]);
    await opens(shared);
  }
});

test("bytes are taken at once: what the host does to them later changes nothing", async () => {
  const mine = bytes.slice();
  const opening = openExample({ wasm: mine });
  mine.fill(0);
  await opening;
});

const transferred = new ArrayBuffer(9);
structuredClone(transferred, { transfer: [transferred] });
const html = "<!doctype html><title>My app</title>";
for (const [name, wasm, says] of /** @type {[string, any, string][]} */ ([
  ["null", null, "must be"],
  ["a number", 3, "must be"],
  ["an address as text", address.href, "must be"],
  ["a function", () => module, "must be"],
  ["a plain object", {}, "must be"],
  ["an instance", new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))), "must be"],
  ["what says that it is a module", { [Symbol.toStringTag]: "WebAssembly.Module" }, "must be"],
  ["a promise of text", Promise.resolve("wasm"), "must be"],
  ["a promise of nothing", Promise.resolve(), "must be"],
  ["no bytes", new Uint8Array(), "no wasm"],
  ["a buffer that was transferred", transferred, "no wasm"],
  ["bytes of something else", new Uint8Array(1_000).fill(7), "no wasm"],
  ["half of it", bytes.subarray(0, bytes.length >> 1), "damaged"],
  ["another program", Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0), "another program"],
  ["a module of another program", new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)), "another program"],
  ["that of another version", anotherVersion, "another version"],
  ["a page", reply(html, { headers: { "content-type": "text/html" } }), "HTML"],
  ["a page that says it is wasm", reply(html), "damaged"],
  ["a reply of 404", reply("no such file", { status: 404 }), "404"],
  ["a promise of a page", Promise.resolve(reply(html, {})), "HTML"],
])) {
  test(`refuses ${name}, and the next call works`, async () => {
    for (const _ of [1, 2]) {
      await assert.rejects(openExample({ wasm }), (error) => {
        assert(error instanceof VaultError, String(error));
        assert.deepEqual([error.code, { ...error.context }], ["VL1000", { place: "wasm" }]);
        assert(error.message.startsWith("`wasm` ") && error.message.includes(says), error.message);
        assert(!/My app|no such file/.test(error.message), error.message);
        return true;
      });
    }
    await opens(undefined);
    await opens(module);
  });
}

test("a response that somebody has read is refused", async () => {
  const read = reply();
  await read.arrayBuffer();
  await assert.rejects(openExample({ wasm: read }), { code: "VL1000", context: { place: "wasm" } });
});

test("a promise that rejects fails its call, with the reason as the cause, and no other; and is never unhandled", async () => {
  /** @type {unknown[]} */
  const unhandled = [];
  const note = (/** @type {unknown} */ reason) => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  try {
    const reason = new Error("the network is gone");
    for (const wasm of [Promise.reject(reason), new Promise((_, reject) => setTimeout(reject, 5, reason))]) {
      const [failed, opened] = await Promise.allSettled([openExample({ wasm: /** @type {any} */ (wasm) }), openExample()]);
      assert.equal(opened.status, "fulfilled");
      const { code, cause } = /** @type {any} */ (failed).reason;
      assert.deepEqual([code, cause], ["PV1000", reason]);
    }
    // Refused for another reason, before anybody waits for it.
    await assert.rejects(openExample({ wasm: Promise.reject(reason), clock: /** @type {any} */ (1) }), { context: { place: "clock" } });
    await assert.rejects(openExample({ wasm: new Uint8Array(9), clock: /** @type {any} */ (1) }), { code: "VL1000" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(unhandled, []);
  } finally {
    process.off("unhandledRejection", note);
  }
});

test("what is handed in is not what the others get", async (context) => {
  const compile = context.mock.method(WebAssembly, "compile");
  await opens(module);
  assert.equal(compile.mock.callCount(), 0);
  await opens(bytes);
  assert.equal(compile.mock.callCount(), 1);
});

test("where wasm may not be compiled, the error says so and names the way out", async (context) => {
  const cause = new WebAssembly.CompileError("refused by the embedder");
  const refuse = () => {
    throw cause;
  };
  context.mock.method(WebAssembly, "compile", async () => refuse());
  context.mock.method(WebAssembly, "Module", refuse);
  await assert.rejects(openExample({ wasm: bytes }), (error) => {
    assert(error instanceof VaultError);
    assert.deepEqual([error.code, error.cause], ["PV1000", cause]);
    assert(error.message.includes("`WebAssembly.Module` as `wasm`"), error.message);
    return true;
  });
});
