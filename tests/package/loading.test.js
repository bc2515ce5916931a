// @ts-check
// Loading the wasm: once for the process, shared by all who wait, and tried again after a failure. A file of its own,
// because a process loads it once.

import assert from "node:assert/strict";
import { test } from "node:test";

import { VaultError } from "vaultlet";

import { openExample } from "./example-host.js";

test("a load that fails fails all who wait for it; the next tries again, and then nobody loads any more", async (context) => {
  const refused = new WebAssembly.CompileError("refused by the embedder");
  const compile = context.mock.method(WebAssembly, "compile", async () => {
    throw refused;
  });
  const failed = await Promise.allSettled([openExample(), openExample(), openExample()]);
  assert.equal(compile.mock.callCount(), 1);
  for (const { status, reason } of /** @type {any[]} */ (failed)) {
    assert.equal(status, "rejected");
    assert(reason instanceof VaultError);
    assert.equal(reason.code, "PV1000");
    assert.equal(reason.status, 500);
    assert.equal(reason.cause, refused);
  }
  compile.mock.restore();

  const counted = context.mock.method(WebAssembly, "compile");
  await Promise.all([openExample(), openExample()]);
  await openExample();
  assert.equal(counted.mock.callCount(), 1);
});
