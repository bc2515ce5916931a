// @ts-check
// The package's one error, in each way that it comes about.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { VaultError } from "vaultlet";

import { badConfiguration, errorOf, isShown } from "../../pkg/error.js";

const body = {
  error_code: "PV3087",
  message: "one or more token IDs not found",
  context: { token_ids: "a,b" },
  error_url: "docs/errors.md#PV3087",
};

test("a report of the core becomes an error that says the same", () => {
  const error = errorOf({ body, status: 404, cause: undefined });
  assert(error instanceof VaultError);
  assert(error instanceof Error);
  assert.equal(error.name, "VaultError");
  assert.equal(error.code, "PV3087");
  assert.equal(error.status, 404);
  assert.equal(error.message, body.message);
  assert.deepEqual(error.context, { token_ids: "a,b" });
  assert(Object.isFrozen(error.context));
  assert.equal(error.body.error_code, "PV3087");
  assert.deepEqual(error.body, body);
  assert(Object.isFrozen(error.body) && Object.isFrozen(error.body.context));
  assert.equal("cause" in error, false);
  assert.match(String(error.stack), /^VaultError: one or more token IDs not found\n/);
  assert.match(inspect(error), /PV3087/);
});

test("JSON.stringify writes the REST API's body, in its order", () => {
  const error = errorOf({ body, status: 404, cause: undefined });
  assert.equal(JSON.stringify(error), JSON.stringify(body));
  assert.equal(JSON.stringify(error.body), JSON.stringify(body));
  assert.equal(JSON.stringify({ error }), `{"error":${JSON.stringify(body)}}`);
});

test("what the host threw is the cause itself, whatever it is", () => {
  const report = { body: { ...body, error_code: "PV1000" }, status: 500 };
  for (const cause of [new Error("the host's own"), "text", null, 0, Object.create(null)]) {
    const error = errorOf({ ...report, cause });
    assert.equal("cause" in error, true);
    assert.equal(error.cause, cause);
  }
});

test("a failure of the wasm itself is an error of ours, with the runtime's as its cause", () => {
  for (const trap of [new WebAssembly.RuntimeError("unreachable"), undefined, "text"]) {
    const error = errorOf(trap);
    assert.equal(error.code, "PV1000");
    assert.equal(error.status, 500);
    assert.equal(error.cause, trap);
  }
});

test("errors that the package makes have the form of the core's", () => {
  const error = badConfiguration("store.maxWrites", "must be a whole number greater than 0");
  assert.equal(error.status, 400);
  assert.equal(
    JSON.stringify(error),
    JSON.stringify({
      error_code: "VL1000",
      message: "`store.maxWrites` must be a whole number greater than 0",
      context: { place: "store.maxWrites" },
      error_url: "docs/errors.md#VL1000",
    }),
  );
});

test("an error that is one already stays itself", () => {
  const error = badConfiguration("store", "is missing");
  assert.equal(errorOf(error), error);
});

test("a name is repeated if it looks like one, and not like a card's number, an address or a secret that was cut", () => {
  for (const name of ["", "maxTags", "2026-11", "2026-11-28-mbqkdhzwuf", "customers", "a.b_c-d", "AES256", "maxRequestBytesOfTheVault"]) {
    assert(isShown(name), name);
  }
  const secret = "kJ4xq0Zt7mS1bU9wYcR2vE8nLhG5dAoPiTf3Xs6QyWz";
  for (const name of [
    "4111111111111111", "4111-1111-1111-1111", "card.378282246310005", "123-45-6789", "1-202-555-0123", "jane@example.com",
    "jane doe", "é", "a".repeat(41), secret, secret.slice(0, 40), secret.slice(0, 16), secret.slice(20), "a1".repeat(20),
  ]) {
    assert(!isShown(name), name);
  }
});
