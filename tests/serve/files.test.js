// @ts-check
// The files that `vaultlet serve` reads: JSON or TOML, each fault told with its place and none of the file's words, and
// keys that others can read refused.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync } from "node:fs";
import { test } from "node:test";

import fc from "fast-check";

import { findFault } from "../../pkg/bin/json-fault.js";
import { jane, makeJane, serve, temporaryFolder, tokens, vaultlet } from "./vaultlet.js";

const { folder, write } = temporaryFolder();
const { stdout: keyring } = await vaultlet(["keys"]);
const hash = "ab".repeat(32);
const secret = "tjlzpwRrW1X8PPXjJRpW3xzox_acAimxib9q3dQ0Ps4";

/** [option, name, content, what is said after the file's path] @type {[option: string, name: string, content: unknown, said: string][]} */
const bad = [
  ["collections", "a.json", '{\n  "customers": {\n    "properties": {,\n', ", line 3, column 20: is not JSON: a name in double quotes or `}` should stand here"],
  ["collections", "b.toml", "[customers.properties.email]\ntype = EMAIL\n", ", line 2, column 8: is not TOML"],
  ["collections", "twice.json", '{ "a": {},\n"a": {} }', ", line 2, column 1: this name is there already"],
  ["collections", "twice.toml", `[a.properties]\nb = "${secret}"\nb = "${secret}"\n`, ", line 3, column 1: this name is there already"],
  ["collections", "table.toml", "[a.properties]\n[a.properties]\n", ", line 2, column 2: this name is there already"],
  ["collections", "c.json", { customers: { properties: { email: { type: "EMALE" } } } }, ": `collections.customers.properties.email.type` "],
  ["collections", "d.json", { customers: { properties: { email: { type: "EMAIL", nulable: true } } } }, ": `collections.customers.properties.email.nulable` "],
  ["collections", "e.json", [], ": must be a JSON object"],
  ["collections", "empty.json", "", ", line 1, column 1: is not JSON: a value should stand here"],
  ["collections", "latin1.toml", Uint8Array.of(0x61, 0xe9), ": is not UTF-8"],
  ["keys", "k.json", `{"primary": "a", "data": {"a": "${secret}"}, "index": ${secret}}`, ", line 1, column 89: is not JSON: a value should stand here"],
  ["keys", "k.toml", `primary = "a"\nindex = ${secret}\n`, ", line 2, column 9: is not TOML"],
  ["keys", "l.json", { primary: "a", data: { a: secret.slice(1) }, index: secret }, ": `keys.data.a` must be 32 bytes, as a Uint8Array, base64url text or a JWK of type `oct`"],
  ["keys", "m.json", { primary: "b", data: { a: secret }, index: secret }, ": `keys.primary` must be the name of one of `keys.data`"],
  ["api-keys", "n.json", {}, ": has no user"],
  ["api-keys", "o.json", { Webapp: [] }, ": user 1 has no key"],
  ["api-keys", "p.json", { Webapp: [hash, `vaultlet_${secret}`] }, ": key 2 of user 1 is no SHA-256 hash of a key (64 hex digits): `vaultlet api-key USER` makes one"],
  ["api-keys", "q.toml", `Webapp = "${hash}"\nOther = "${hash.toUpperCase()}"`, ": the key of user 2 is a hash that is there already"],
  ["api-keys", "r.json", { [`vaultlet_${secret}`]: "Webapp" }, ": the key of user 1 is no SHA-256 hash of a key (64 hex digits): `vaultlet api-key USER` makes one"],
  ["api-keys", "s.json", { [secret]: [] }, ": user 1 has no key"],
  ["api-keys", "t.json", { Webapp: hash, [`vaultlet_${secret}`]: "cd".repeat(32) }, ": the name of user 2 is an API key, which belongs into no file"],
  ["api-keys", "noname.json", { Webapp: hash, "": "cd".repeat(32) }, ": the name of user 2 is empty or `*`, which is none"],
  ["api-keys", "star.toml", `"*" = "${hash}"\n`, ": the name of user 1 is empty or `*`, which is none"],
  ["api-keys", "u.json", { [secret]: createHash("sha256").update(secret).digest("hex") }, ": the name of user 1 is an API key, which belongs into no file"],
];

for (const [option, name, content, said] of bad) {
  test(`--${option} ${name}: the place is told, and nothing of what stands there`, async () => {
    const path = write(name, content);
    const { status, stdout, stderr } = await vaultlet(["serve", `--${option}`, path]);
    assert.deepEqual([status, stdout], [1, ""]);
    assert(stderr.startsWith(`vaultlet: ${path}${said}`), stderr);
    assert.match(stderr, /^[^\n]+\n$/);
    assert(!stderr.includes(secret.slice(1)), stderr);
  });
}

test("--iam is told by file and member as well, and so is a key of somebody who is no user of it", async () => {
  const apiKeys = write("users.json", { Webapp: hash });
  const users = { Webapp: { role: "App" } };
  const faulty = write("iam-a.json", { users, roles: { App: { policies: ["Al"] } }, policies: {} });
  const first = await vaultlet(["serve", "--api-keys", apiKeys, "--iam", faulty]);
  assert.deepEqual([first.status, first.stderr], [1, `vaultlet: ${faulty}: \`roles.App.policies[0]\` is no known policy\n`]);
  const other = write("iam-b.json", { users: { Webap: { role: "App" } }, roles: { App: {} }, policies: {} });
  const second = await vaultlet(["serve", "--api-keys", apiKeys, "--iam", other]);
  assert.deepEqual([second.status, second.stderr], [1, `vaultlet: ${apiKeys}: user 1 is no user of ${other}\n`]);
});

test("a file that is not there, and one that is a folder", async () => {
  for (const option of ["collections", "keys", "api-keys"]) {
    const { status, stderr } = await vaultlet(["serve", `--${option}`, `${folder}/none.json`]);
    assert.deepEqual([status, stderr], [1, `vaultlet: \`--${option}\` ${folder}/none.json: there is no such file\n`]);
  }
  chmodSync(folder, 0o755);
  for (const option of ["collections", "keys", "api-keys"]) {
    const { status, stderr } = await vaultlet(["serve", `--${option}`, folder]);
    assert.deepEqual([status, stderr], [1, `vaultlet: \`--${option}\` ${folder}: cannot be read (it is a folder, EISDIR)\n`]);
  }
  const audit = await vaultlet(["serve", "--audit", `${folder}/none/trail.jsonl`]);
  assert.deepEqual([audit.status, audit.stderr], [1, `vaultlet: \`--audit\` ${folder}/none/trail.jsonl: cannot be written (there is no such folder, ENOENT)\n`]);
});

test("what a variable of the environment names is told by that variable, unless a flag has won", async () => {
  const none = `${folder}/none`;
  for (const name of ["COLLECTIONS", "KEYS", "API_KEYS", "AUDIT"]) {
    const { status, stdout, stderr } = await vaultlet(["serve"], { env: { [`VAULTLET_${name}`]: `${none}/file.json` } });
    const problem = name === "AUDIT" ? "cannot be written (there is no such folder, ENOENT)" : "there is no such file";
    assert.deepEqual([status, stdout, stderr], [1, "", `vaultlet: \`VAULTLET_${name}\` ${none}/file.json: ${problem}\n`]);
  }
  const apiKeys = write("named.json", { Webapp: hash });
  for (const [words, env, said] of /** @type {[string[], Record<string, string>, string][]} */ ([
    [["--keys", `${none}/b`], { VAULTLET_KEYS: `${none}/a` }, `\`--keys\` ${none}/b: there is no such file`],
    [["--api-keys", apiKeys], { VAULTLET_IAM: `${none}/a` }, `\`VAULTLET_IAM\` ${none}/a: there is no such file`],
    [[], { VAULTLET_IAM: apiKeys }, "`VAULTLET_IAM` needs `--api-keys`: without keys none of its users could call (`vaultlet --help` has all of it)"],
    [[], { VAULTLET_HOST: "192.0.2.1", VAULTLET_PORT: "0" }, "`VAULTLET_HOST` 192.0.2.1 cannot be listened on (this machine has no such address, EADDRNOTAVAIL)"],
    [[], { VAULTLET_STORE: "redis://a" }, "`VAULTLET_STORE` must be memory, sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE (`vaultlet --help` has all of it)"],
    [["--keys", write("good.json", keyring)], { VAULTLET_STORE: `sqlite:${none}/a.db` }, `\`VAULTLET_STORE\` there is no folder for the SQLite file: ${none}/a.db`],
  ])) {
    const { status, stderr } = await vaultlet(["serve", ...words], { env });
    assert.deepEqual([status, stderr], [said.includes("--help") ? 2 : 1, `vaultlet: ${said}\n`]);
  }
});

test("keys that others can read are refused, with the remedy, which works", async () => {
  const path = write("shared keys.json", keyring);
  for (const mode of [0o644, 0o640, 0o604, 0o660, 0o601]) {
    chmodSync(path, mode);
    const { status, stderr } = await vaultlet(["serve", "--keys", path]);
    const line = `vaultlet: ${path}: others than its owner can read it; remedy: chmod 600 '${path}'\n`;
    assert.deepEqual([status, stderr], [1, line], mode.toString(8));
  }
  chmodSync(path, 0o600);
  const server = await serve(["--keys", path]);
  assert.equal((await server.call("POST", tokens, makeJane)).status, 200);
  // The others hold nothing that is secret.
  const open = write("open.toml", '[people.properties]\nemail = { type = "EMAIL" }\n', 0o644);
  assert.match((await serve(["--collections", open])).screen, /^ {2}collections {3}people \(/m);
});

test("collections in either form, whatever the file's name", async () => {
  const properties = { email: { type: "EMAIL" } };
  const files = [
    write("by-name.JSON", { people: { properties } }),
    write("json", { people: { properties } }),
    write("toml", '[people.properties.email]\ntype = "EMAIL"\n'),
  ];
  for (const file of files) {
    const server = await serve(["--collections", file]);
    const made = await server.call("POST", "people/tokens?reason=Maintenance", [{ type: "pci", object: { fields: { email: jane } } }]);
    assert.equal(made.status, 200, file);
    await server.end();
  }
});

test("what is JSON, and what is not, is what JSON.parse says", () => {
  const text = fc.oneof(
    fc.json(),
    // JSON that was cut, or into which something was put.
    fc.tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "]", "}", '"', "1", "\\", "\n", "tru", ":", "-", "01", "\u0000")).map(([json, at, put]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + put + json.slice(place + (at % 2));
    }),
  );
  fc.assert(
    fc.property(text, (json) => {
      const fault = findFault(json);
      if (fault?.problem === "this name is there already") return;
      let isJson = true;
      try {
        JSON.parse(json);
      } catch {
        isJson = false;
      }
      assert.equal(fault === undefined, isJson, `${json} ${JSON.stringify(fault)}`);
    }),
    { numRuns: 3_000 },
  );
});

test("the place is the first at which no JSON begins so", () => {
  for (const [json, line, column] of /** @type {[string, number, number][]} */ ([
    ["", 1, 1],
    ["{}\n x", 2, 2],
    ["[1 2]", 1, 4],
    ["[1,]", 1, 4],
    ['{"a" 1}', 1, 6],
    ['{"a":\n\n tru}', 3, 2],
    ['{"a": "b', 1, 7],
    ["[[[", 1, 4],
    ['{"a": {"b": 1, "b": 2}}', 1, 16],
    ['{"a": 1, "\\u0061": 2}', 1, 10],
  ])) {
    const fault = findFault(json);
    assert.deepEqual([fault?.line, fault?.column], [line, column], json);
  }
  assert.equal(findFault('{"a": {"a": [{"a": 1}, {"a": 2}]}}'), undefined);
});
