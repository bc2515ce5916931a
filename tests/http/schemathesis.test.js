// @ts-check
// schemathesis makes requests out of openapi.json, good ones and bad ones, and holds each answer of `vaultlet serve`
// against it: all of its checks, as they come.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { installPython, pythonProgram } from "../../pkg/build/python.js";
import { createHandler } from "../../pkg/http.js";
import { serve as startServe, temporaryFolder } from "../serve/vaultlet.js";
import { ofThisServer } from "./schemathesis-document.js";
import { API, openHandler, serve } from "./serve.js";

/** Of each operation, beside the edges of every parameter and property. */
const EXAMPLES = 6;
const SEED = "20261128";

const TENANT = "north";
/** What schemas say of the other types, `data-types.test.js` holds. @type {import("../../pkg/index.js").Collections} */
const collections = {
  people: {
    properties: { email: { type: "EMAIL" }, card: { type: "CC_NUMBER", nullable: true }, photo: { type: "BLOB", nullable: true } },
  },
};
const fields = { email: "jane@example.com", card: "4111111111111111", photo: "TQ==" };

const { folder, write } = temporaryFolder();

/**
 * @param {object} document
 * @param {string} url
 * @param {{ options?: string[], env?: Record<string, string> }} how
 */
async function runSchemathesis(document, url, { options = [], env = {} }) {
  installPython();
  const child = spawn(
    pythonProgram("schemathesis"),
    ["run", write("openapi.json", document), "--url", url, "--checks", "all", "--max-examples", String(EXAMPLES), "--seed", SEED,
      "--request-timeout", "60", "--generation-database", "none", "--no-color", ...options],
    { cwd: folder, env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...env }, stdio: ["ignore", "pipe", "pipe"], timeout: 600_000 },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (/** @type {Buffer} */ text) => void (output += text));
  const status = await new Promise((resolve, reject) => child.on("close", resolve).on("error", reject));
  return { status, output };
}

test("schemathesis finds nothing in `vaultlet serve`, with all of its checks", async (t) => {
  const { url, key, end } = await startServe(["--collections", write("collections.json", collections), "--log", "none"]);
  after(() => end());
  const authorization = `Bearer ${key}`;
  /** @type {(path: string, init?: RequestInit) => Promise<string>} */
  const ask = async (path, init = {}) => {
    const headers = { authorization, "x-tenant-id": TENANT, ...init.headers };
    const response = await fetch(url + path, { ...init, headers });
    assert(response.ok, path);
    return response.text();
  };
  /** @param {string} [expiry] */
  const encrypt = async (expiry = "") => {
    const body = JSON.stringify([{ object: { fields } }]);
    const headers = { "content-type": "application/json" };
    return JSON.parse(await ask(`${API}/data/collections/people/encrypt/objects?reason=Maintenance${expiry}`, { method: "POST", body, headers }))[0].ciphertext;
  };
  /** @param {string} [expiry] */
  const encryptBlob = (expiry = "") => {
    const headers = { "content-type": "application/octet-stream" };
    return ask(`${API}/data/collections/people/encrypt/blob?reason=Maintenance&prop=photo${expiry}`, { method: "POST", body: "bytes", headers });
  };
  const document = ofThisServer(JSON.parse(await ask("/openapi.json")), {
    collection: JSON.parse(await ask(`${API}/ctl/collections/people`)),
    tenant: TENANT,
    ciphertexts: [await encrypt(), await encrypt("&expiration_secs=0")],
    blobs: [await encryptBlob(), await encryptBlob("&expiration_secs=0")],
  });
  const { status, output } = await runSchemathesis(document, url, {
    options: ["--header", `Authorization: ${authorization}`],
    env: { SCHEMATHESIS_HOOKS: fileURLToPath(new URL("schemathesis_hooks.py", import.meta.url)) },
  });
  const [, summary] = output.split("= SUMMARY =");
  t.diagnostic(summary ?? output);
  assert.equal(status, 0, output);
  assert.match(output, /Tested: 22/);
});

test("schemathesis finds what is wrong: an answer that the document does not have", async (t) => {
  const { vault } = await openHandler();
  const handler = createHandler({ vault, authenticate: () => "anybody" });
  const { url } = await serve(t, async (request) => {
    const response = await handler(request);
    return request.url.includes("/count/") ? new Response("[]", { headers: { "Content-Type": "application/json" } }) : response;
  });
  const document = await (await fetch(`${url}/openapi.json`)).json();
  const { status, output } = await runSchemathesis(document, url, { options: ["--include-operation-id", "get-tokens-count", "--phases", "fuzzing"] });
  assert.notEqual(status, 0);
  assert.match(output, /count\/tokens/);
});
