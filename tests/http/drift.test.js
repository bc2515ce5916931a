// @ts-check
// openapi.json is what is served: it comes out of the table of routes, the handler takes each parameter in it and no
// other, the official client's paths and parameters are all in it, and a linter finds nothing.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { RegExpRouter } from "hono/router/reg-exp-router";

import { ERRORS } from "../../pkg/http/error-list.js";
import { ABSENT, FIXED, PAGES, ROUTES } from "../../pkg/http/routes.js";
import { API, ask, openHandler } from "./serve.js";

const require = createRequire(import.meta.url);
const { handler } = await openHandler();
const { body: document } = await ask(handler, "/openapi.json", { key: null });

/** @type {[path: string, method: string, described: any][]} */
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(/** @type {object} */ (methods)).map(([method, operation]) => /** @type {[string, string, any]} */ ([path, method.toUpperCase(), operation])),
);

/** @type {(path: string, parts?: Record<string, string>) => string} */
const filled = (path, { collection = "customers", id = "x" } = {}) => path.replace("{collection}", collection).replaceAll(/\{\w+\}/g, id);

test("every route is in the document, and every operation of the document is a route", () => {
  const served = [
    ...PAGES.map(({ path }) => `GET ${path}`),
    ...ROUTES.flatMap(({ path, operations }) => operations.map(({ method }) => `${method} ${path}`)),
  ];
  assert.deepEqual(described.map(([path, method]) => `${method} ${path}`).sort(), served.sort());
  const ids = described.map(([, , { operationId }]) => operationId);
  assert.equal(new Set(ids).size, ids.length);
});

test("what is described answers, and its `Allow` has what is described; another path does not", async () => {
  for (const [path, method] of described) {
    const { status, headers } = await ask(handler, filled(path), { method: "OPTIONS" });
    assert.equal(status, 204, path);
    assert(headers.get("allow")?.split(", ").includes(method), `${method} ${path}`);
    assert.equal((await ask(handler, `${filled(path)}/x/y/z`)).status, 404, path);
  }
});

test("the handler takes every parameter of the document, and none beside them", async () => {
  let tried = 0;
  const all = new Set(described.flatMap(([, , { parameters }]) => parameters).map(({ name, in: place }) => place === "query" && name));
  for (const [path, method, { parameters, requestBody }] of described) {
    // Beside the API are pages for people, at which anything may be hung.
    if (!path.startsWith(API)) continue;
    const known = parameters.filter((/** @type {any} */ one) => one.in === "query").map((/** @type {any} */ one) => one.name);
    const [type] = Object.keys(requestBody?.content ?? {});
    for (const name of all) {
      // What only a refusal awaits is not described.
      if (typeof name !== "string" || name === "object_ids") continue;
      const sent = { method, ...(type !== undefined && { type, body: "[]" }) };
      const { body } = await ask(handler, `${filled(path)}?${name}=x`, sent);
      const isUnknown = body?.context?.field === name && body.message.includes("is not a parameter");
      assert.equal(isUnknown, !known.includes(name), `${method} ${path} ${name}: ${JSON.stringify(body)}`);
      tried += 1;
    }
  }
  assert(tried > 200, `${tried}`);
});

test("what the official client sends is served, or told to be absent; every parameter of its token and crypto methods is known", async () => {
  const services = join(dirname(require.resolve("@piiano/vault-client/package.json")), "dist/generated/services");
  let calls = 0;
  for (const file of readdirSync(services).filter((name) => name.endsWith("Client.js"))) {
    const text = readFileSync(join(services, file), "utf8");
    for (const [call, method = "", path = ""] of text.matchAll(/method: '(\w+)',\s+url: '([^']+)'[^]*?errors:/g)) {
      calls += 1;
      const route = ROUTES.find((each) => each.path === path)?.operations.find((each) => each.method === method);
      const { status, body } = await ask(handler, filled(path), { method });
      assert.notEqual(status, 404, `${method} ${path}`);
      if (route === undefined) {
        const isPage = PAGES.some((page) => page.path === path);
        const isFixed = Object.entries(FIXED).some(([fixed, methods]) => fixed === path && methods.includes(method));
        const expected = isPage ? undefined : isFixed ? "PV1026" : "PV2001";
        assert.equal(body?.error_code, expected, `${method} ${path}`);
        continue;
      }
      const [, query = ""] = /query: \{([^}]*)\}/.exec(call) ?? [];
      for (const [, name, as] of query.matchAll(/'(\w+)': (\w+)/g)) {
        assert(route.parameters.some((each) => each.name === name && each.as === as), `${method} ${path} ${name}`);
      }
    }
  }
  assert.equal(calls, 73);
});

test("public paths that are absent are PV2001 501, whatever the method", async () => {
  for (const path of ABSENT) {
    for (const method of ["GET", "POST", "PUT"]) {
      const { status, body } = await ask(handler, filled(path), { method });
      assert.deepEqual([status, body.error_code], [501, "PV2001"], path);
    }
  }
  assert.equal((await ask(handler, `${API}/ctl/type`)).status, 404);
});

test("no route is a case of another one, so that Hono finds each by one regular expression", () => {
  const router = new RegExpRouter();
  const paths = [...ROUTES, ...PAGES].map(({ path }) => path).concat(Object.keys(FIXED), ABSENT);
  for (const path of new Set(paths)) router.add("ALL", path.replaceAll(/\{(\w+)\}/g, ":$1"), path);
  assert.deepEqual(router.match("GET", filled(`${API}/ctl/iam/user/{user}`))[0].map(([path]) => path), [`${API}/ctl/iam/user/{user}`]);
});

test("the pages of errors have the codes of the declarations", async () => {
  const text = readFileSync(new URL("../../pkg/error-codes.d.ts", import.meta.url), "utf8");
  const declared = Array.from(text.matchAll(/\/\*\* (\d{3})\. ([^*]+) \*\/\s*\| "(\w+)"/g), ([, status, when, code]) => ({ code, status: Number(status), when }));
  assert.deepEqual(ERRORS, declared);
  const page = await ask(handler, "/errors", { key: null });
  for (const { code } of ERRORS) assert(page.text.includes(`id="${code}"`), code);
});

test("redocly finds nothing in the document, also where it describes no collections", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "openapi-"));
  t.after(() => rmSync(folder, { recursive: true }));
  /** @param {unknown} what */
  const lint = (what) => {
    const file = join(folder, "openapi.json");
    writeFileSync(file, JSON.stringify(what));
    writeFileSync(join(folder, "redocly.yaml"), "extends: [recommended-strict]\nrules:\n  operation-4xx-response: off\n");
    const program = fileURLToPath(new URL("../../node_modules/@redocly/cli/bin/cli.js", import.meta.url));
    return spawnSync(process.execPath, [program, "lint", file, "--config", join(folder, "redocly.yaml"), "--format=codeframe"], {
      encoding: "utf8",
      cwd: folder,
      env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
      timeout: 120_000,
    });
  };
  const bare = await openHandler(undefined, { collections: undefined, basePath: "/vault" });
  for (const what of [document, (await ask(bare.handler, "/vault/openapi.json", { key: null })).body]) {
    const found = lint(what);
    assert.equal(found.status, 0, found.stdout + found.stderr);
  }
  // It can find something.
  const broken = structuredClone(document);
  delete broken.components.schemas.Error;
  assert.notEqual(lint(broken).status, 0);
});
