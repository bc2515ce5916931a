// @ts-check
// docs/api.md and docs/host.md against the package: operations, reasons, limits and interfaces.

import assert from "node:assert/strict";
import { test } from "node:test";

import { VaultError, generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { PAGES, ROUTES } from "../../pkg/http/routes.js";
import { blocksOf, readDocument } from "./code-blocks.js";

/** @import { VaultOptions } from "vaultlet" */

const api = readDocument("docs/api.md");
const host = readDocument("docs/host.md");
const declarations = readDocument("pkg/host.d.ts");

/** @param {VaultOptions["settings"]} [settings] */
function open(settings) {
  const collections = { customers: { properties: { email: { type: /** @type {const} */ ("EMAIL") } } } };
  const policy = () => /** @type {const} */ ({ allow: true });
  return openVault({ keys: generateKeys(), collections, store: memoryStore(), policy, settings });
}

/** @param {Promise<unknown>} answer */
const codeOf = (answer) => answer.then(() => "none", (error) => (error instanceof VaultError ? error.code : error));

test("docs/api.md has a section for each operation, and each operation is built", async () => {
  const client = (await open()).as("reader");
  const look = { collection: "customers", reason: "Other", adhocReason: "a look" };
  let operationsSeen = 0;
  for (const [part, operations] of Object.entries(client)) {
    for (const [name, operation] of Object.entries(operations)) {
      operationsSeen += 1;
      assert.notEqual(await codeOf(operation(look)), "PV2001", `${part}.${name}`);
      assert(api.includes(`\n## ${part}.${name}\n`), `${part}.${name}`);
    }
  }
  assert.equal(operationsSeen, api.match(/^## (?:tokens|crypto)\./gm)?.length);
});

test("the reasons in docs/api.md are those that the vault takes", async () => {
  const row = /^\| `reason` .*$/m.exec(api)?.[0] ?? "";
  const types = readDocument("pkg/tokens.d.ts");
  const declared = Array.from(types.matchAll(/^  \| "([A-Z]\w+)"/gm), ([, reason = ""]) => reason);
  assert.equal(declared.length, 10);
  const { detokenize } = (await open()).as("reader").tokens;
  for (const reason of /** @type {import("vaultlet").Reason[]} */ (declared)) {
    assert(row.includes(`\`${reason}\``), reason);
    assert.deepEqual(await detokenize({ collection: "customers", reason, adhocReason: "a look" }), []);
  }
});

test("the routes in docs/http.md are those that are served, and lead to the operation that each one is", () => {
  const [, section = ""] = /^## Routes\n(.*?)^## /ms.exec(readDocument("docs/http.md")) ?? [];
  const [, prefix = ""] = /`…` is `(.+?)`/.exec(section) ?? [];
  const rows = Array.from(section.matchAll(/^\| ([A-Z]+) \| `(.+?)` \| (.*) \|$/gm), ([, method, path = "", about = ""]) => {
    const operation = /^\[`\w+\.(\w+)`\]/.exec(about)?.[1] ?? "";
    return `${method} ${path.replace("…", prefix)} ${operation} ${about.endsWith("; open") ? "open" : ""}`;
  });
  const camel = (/** @type {string} */ id) => id.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  const served = ROUTES.flatMap(({ path, operations }) =>
    operations.map(({ method, id, readsCollections }) => `${method} ${path} ${readsCollections ? "" : camel(id)} `),
  );
  assert.deepEqual(rows, [...served, ...PAGES.map(({ path, isOpen }) => `GET ${path}  ${isOpen ? "open" : ""}`)]);
  const free = ROUTES.flatMap(({ operations }) => operations).filter(({ parameters }) => !parameters.some(({ name, required }) => name === "reason" && required));
  assert.match(section, /but for the last eight/);
  assert.equal(free.length + PAGES.length, 8);
});

test("the settings in docs/host.md are those that are declared, with the bounds that hold", async () => {
  const table = host.matchAll(/^\| `(\w+)` \| [^|]+ \| ([\d,]*(?: [\d,]+)?) ?\|/gm);
  const rows = Array.from(table, ([, name = "", bounds = ""]) => ({
    name,
    bounds: bounds.split(", ").map((bound) => Number(bound.replaceAll(",", ""))),
  }));
  const interfaceText = /interface Settings \{(.*?)^\}/ms.exec(declarations)?.[1] ?? "";
  assert.deepEqual(
    rows.map(({ name }) => name),
    Array.from(interfaceText.matchAll(/^  (\w+)\?:/gm), ([, name]) => name),
  );
  for (const { name, bounds } of rows.filter(({ name }) => name !== "forceAccessReason")) {
    const [low = NaN, high = NaN] = bounds;
    for (const value of [low, high, low - 1, high + 1, low + 0.5]) {
      const expected = value === low || value === high ? "none" : "VL1000";
      // Of these two neither may pass the other.
      const other = name === "maxRequestBytes" ? { maxPendingBytes: 2 ** 31 } : name === "maxPendingBytes" ? { maxRequestBytes: 1 } : {};
      assert.equal(await codeOf(open({ ...other, [name]: value })), expected, `${name}: ${value}`);
    }
  }
});

test("the interfaces in docs/host.md have the members that are declared", () => {
  const shown = blocksOf("docs/host.md", "ts").join("\n");
  const names = Array.from(shown.matchAll(/^interface (\w+)/gm), ([, name = ""]) => name);
  assert.deepEqual(names, ["Store", "Row", "Change", "AccessRequest"]);
  for (const name of names) assert.deepEqual(membersOf(shown, name), membersOf(declarations, name), name);
});

/**
 * @param {string} text
 * @param {string} name
 */
function membersOf(text, name) {
  const body = new RegExp(`interface ${name} \\{(.*?)^\\}`, "ms").exec(text)?.[1] ?? "";
  const members = Array.from(body.matchAll(/^  (\w+\??)[(:]/gm), ([, member = ""]) => member).sort();
  assert(members.length > 2, name);
  return members;
}
