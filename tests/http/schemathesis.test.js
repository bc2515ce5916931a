// @ts-check
// schemathesis makes requests out of openapi.json, good ones and bad ones, and holds each answer against it: all of its
// checks, over a real server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { installPython, pythonProgram } from "../../pkg/build/python.js";
import { createHandler } from "../../pkg/http.js";
import { KEY, openHandler, serve } from "./serve.js";

/** Of each operation. */
const EXAMPLES = 8;
const SEED = "20261128";

/**
 * What a document cannot say: which ciphertexts open, which values are of a collection's types, which parameters exclude
 * each other. So 400 is an answer to what it allows, beside those that the check knows. All else is as it comes.
 */
const CONFIGURATION = `
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 403, 404, 409, 410]
`;

/** @param {string} url @returns {Promise<{ status: number | null, output: string }>} */
async function runSchemathesis(url) {
  installPython();
  const folder = mkdtempSync(join(tmpdir(), "schemathesis-"));
  try {
    const configuration = join(folder, "schemathesis.toml");
    writeFileSync(configuration, CONFIGURATION);
    const child = spawn(
      pythonProgram("schemathesis"),
      ["--config-file", configuration, "run", `${url}/openapi.json`, "--header", `Authorization: Bearer ${KEY}`, "--checks", "all",
        "--max-examples", String(EXAMPLES), "--seed", SEED, "--request-timeout", "60", "--generation-database", "none", "--no-color"],
      { cwd: folder, stdio: ["ignore", "pipe", "pipe"], timeout: 600_000 },
    );
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (/** @type {Buffer} */ text) => void (output += text));
    const status = await new Promise((resolve, reject) => child.on("close", resolve).on("error", reject));
    return { status, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const HEADERS = { maxHeaderSize: 1024 * 1024 };

test("schemathesis finds nothing, with all of its checks", async (t) => {
  const { handler } = await openHandler();
  const { url } = await serve(t, handler, HEADERS);
  const { status, output } = await runSchemathesis(url);
  const [, summary] = output.split("= SUMMARY =");
  t.diagnostic(summary ?? output);
  assert.equal(status, 0, output);
  assert.match(output, /Tested: 21/);
});

test("schemathesis finds what is wrong: an answer that the document does not have", async (t) => {
  const { vault } = await openHandler();
  const handler = createHandler({ vault, authenticate: () => "anybody" });
  const { url } = await serve(t, async (request) => {
    const response = await handler(request);
    return request.url.includes("/count/") ? new Response("[]", { headers: { "Content-Type": "application/json" } }) : response;
  }, HEADERS);
  const { status, output } = await runSchemathesis(url);
  assert.notEqual(status, 0);
  assert.match(output, /count\/tokens/);
});
