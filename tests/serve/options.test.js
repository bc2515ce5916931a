// @ts-check
// Each option of `vaultlet serve`, as a flag and as a variable, and what is refused of each.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";

import { freePort } from "../store/engines/free-port.js";
import { jane, makeJane, serve, temporaryFolder, tokens, vaultlet } from "./vaultlet.js";

const { folder, write } = temporaryFolder();

const { stdout: keyring } = await vaultlet(["keys"]);
const keys = write("keys.json", keyring);
const collections = write("people.json", { people: { properties: { email: { type: "EMAIL" } } } });
const { stdout: madeKey } = await vaultlet(["api-key", "Reader"]);
const [readersKey = ""] = /vaultlet_\S+/.exec(madeKey) ?? [];
const apiKeys = write("api-keys.toml", /Reader = .*/.exec(madeKey)?.[0] ?? "");
const iam = write(
  "iam.toml",
  `[users.Reader]
role = "Counter"
[roles.Counter]
capabilities = ["CapTokensReader"]
policies = ["Count"]
[policies.Count]
policy_type = "allow"
operations = ["stats"]
reasons = ["*"]
resources = ["people/tokens"]
`,
);

const every = {
  port: "0",
  host: "::1",
  collections,
  iam,
  "api-keys": apiKeys,
  keys,
  store: `sqlite:${folder}/every.db`,
  audit: `${folder}/trail.jsonl`,
  log: "json",
  "max-body": "1KiB",
};

for (const kind of ["flag", "variable"]) {
  test(`every option as a ${kind}`, async () => {
    const given = { ...every, store: `sqlite:${folder}/${kind}.db`, audit: `${folder}/${kind}.jsonl` };
    const words = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
    const env = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`VAULTLET_${name.toUpperCase().replaceAll("-", "_")}`, value]),
    );
    const server = kind === "flag" ? await serve(words) : await serve([], { env });
    // host
    assert.match(server.url, /^http:\/\/\[::1\]:\d+$/);
    // api-keys, iam, collections
    const authorization = `Bearer ${readersKey}`;
    const count = await server.call("GET", "people/count/tokens?reason=Maintenance", undefined, { authorization });
    assert.deepEqual([count.status, count.body], [200, { active: 0, archived: 0, total: 0 }]);
    const body = [{ type: "pci", object: { fields: { email: jane } } }];
    const refused = await server.call("POST", "people/tokens?reason=Maintenance", body, { authorization });
    assert.deepEqual([refused.status, refused.body.error_code], [403, "PV1007"]);
    const stranger = await server.call("GET", "people/count/tokens?reason=Maintenance", undefined, { authorization: "Bearer x" });
    assert.deepEqual([stranger.status, stranger.body.error_code], [401, "PV1005"]);
    // max-body
    const large = await server.call("POST", "people/tokens?reason=Maintenance", " ".repeat(1025), { authorization });
    assert.equal(large.status, 413);
    const fits = await server.call("POST", "people/tokens?reason=Maintenance", JSON.stringify(body).padEnd(1024), { authorization });
    assert.equal(fits.status, 403);
    // log: standard output is JSON alone
    assert.equal(await server.end(), 0);
    const statuses = server.printed.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).status);
    assert.deepEqual(statuses, [200, 403, 401, 413, 403]);
    // keys and store: what the file keeps is nothing that can be read
    assert(readFileSync(`${folder}/${kind}.db`).subarray(0, 15).equals(Buffer.from("SQLite format 3")));
    // audit
    const events = readFileSync(given.audit, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(events.map(({ action, decision }) => `${action} ${decision}`), [
      "tokens.count allowed",
      "tokens.tokenize denied",
      "tokens.tokenize denied",
    ]);
    assert(server.screen.includes(`audit         ${given.audit}\n`) && server.screen.includes(`keys          ${keys}\n`), server.screen);
    assert(!server.screen.includes("API key  ") && !server.screen.includes(readersKey));
  });
}

test("the flag wins over the variable, and an empty variable is none", async () => {
  const port = await freePort();
  const server = await serve([`--port=${port}`], { env: { VAULTLET_PORT: "1", VAULTLET_HOST: "" } });
  assert.equal(server.url, `http://127.0.0.1:${port}`);
});

test("without `--iam` there is one admin, whose key is made anew, or is `VAULTLET_API_KEY`", async () => {
  const [made, given] = await Promise.all([serve(), serve([], { env: { VAULTLET_API_KEY: "pvaultauth" } })]);
  assert.match(made.key, /^vaultlet_[\w-]{43}$/);
  assert.equal(given.key, "pvaultauth");
  for (const server of [made, given]) {
    const [status] = await Promise.all([server.call("POST", tokens, makeJane).then(({ status }) => status)]);
    assert.equal(status, 200);
    // The scheme in any case; another key, another scheme, none: all the same answer.
    const { key } = server;
    for (const [authorization, expected] of Object.entries({
      [`bearer ${key}`]: 200,
      [`BEARER  ${key}`]: 200,
      [`Bearer ${key}x`]: 401,
      [`Bearer ${key.slice(1)}`]: 401,
      [`Basic ${key}`]: 401,
      [key]: 401,
      Bearer: 401,
      [`Bearer ${key} ${key}`]: 401,
    })) {
      const { status } = await server.call("GET", `${tokens}&token_ids=a`, undefined, { authorization });
      assert.equal(status, expected, authorization.replace(key, "KEY"));
    }
  }
});

test("users of `--api-keys` without `--iam` may do everything, several keys are one user's, and no other key is made", async () => {
  const [first, second] = await Promise.all([vaultlet(["api-key", "Webapp"]), vaultlet(["api-key", "Webapp"])]);
  const all = [first, second].map(({ stdout }) => ({ key: /vaultlet_\S+/.exec(stdout)?.[0], hash: /[0-9a-f]{64}/.exec(stdout)?.[0] }));
  const file = write("two.json", { Webapp: all.map(({ hash }) => hash) });
  const server = await serve(["--api-keys", file]);
  assert.match(server.screen, /^ {2}callers {7}Webapp, who may do everything/m);
  for (const { key } of all) {
    assert.equal((await server.call("POST", tokens, makeJane, { authorization: `Bearer ${key}` })).status, 200);
  }
  assert.equal(server.key, "");
});

test("a name of a user's breaks no line of the first screen, and drives no terminal", async () => {
  const hashes = ["a", "b", "c"].map((digit) => digit.repeat(64));
  const file = write("names.json", { "a\nb": hashes[0], "\u001b[2J\u009b\u007f\u202e": hashes[1], "é b": hashes[2] });
  const server = await serve(["--api-keys", file]);
  assert(server.screen.includes(`  callers       "a\\nb", "\\u001b[2J???", é b, who may do everything (no --iam)\n`), server.screen);
});

/** @type {[words: string[], line: string, env?: Record<string, string>][]} */
const refused = [
  [["--prot", "1"], "`--prot` is not known"],
  [["-p", "1"], "`-p` is not known"],
  [["--api-key=vaultlet_secret"], "`--api-key` is not known"],
  [["8080"], "`vaultlet serve` takes options only, such as `--port 8080`"],
  [["--port"], "`--port` needs a value"],
  [["--port", "--host"], "`--port` needs a value"],
  [["--port", "1", "--port", "2"], "`--port` is given twice"],
  [["--port", "65536"], "`--port` must be a port: 0 to 65535"],
  [["--port", "80a"], "`--port` must be a port: 0 to 65535"],
  [[], "`VAULTLET_PORT` must be a port: 0 to 65535", { VAULTLET_PORT: "tcp://10.0.0.1:8123" }],
  [["--host="], "`--host` is empty"],
  [["--log", "xml"], "`--log` must be text, json or none"],
  [["--max-body", "0"], "`--max-body` must be 1 byte to 64MiB: a number of bytes, or such as 512KiB or 8MiB"],
  [["--max-body", "4MB"], "`--max-body` must be 1 byte to 64MiB: a number of bytes, or such as 512KiB or 8MiB"],
  [["--max-body", "65MiB"], "`--max-body` must be 1 byte to 64MiB: a number of bytes, or such as 512KiB or 8MiB"],
  [["--store", "redis://127.0.0.1", "--keys", keys], "`--store` must be memory, sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE"],
  [["--store", "sqlite:", "--keys", keys], "`--store` must be memory, sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE"],
  [["--store", "sqlite::memory:", "--keys", keys], "`--store` must be memory, sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE"],
  // Nobody makes keys for a store that there is not.
  [["--store", "Memory"], "`--store` must be memory, sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE"],
  [["--iam", iam], "`--iam` needs `--api-keys`: without keys none of its users could call"],
  [[], "`VAULTLET_API_KEY` has characters that no API key has: letters, digits and -._~+/ may stand in one", { VAULTLET_API_KEY: "two words" }],
];

for (const [words, line, env = {}] of refused) {
  test(`refused in one line: serve ${words.join(" ").replace(folder, "…")} ${Object.keys(env).join(" ")}`, async () => {
    const expected = `vaultlet: ${line} (\`vaultlet --help\` has all of it)\n`;
    assert.deepEqual(await vaultlet(["serve", ...words], { env }), { status: 2, stdout: "", stderr: expected });
  });
}

test("a port in use, and a host that is none, are refused in one line", async () => {
  const listener = createServer();
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
  assert.deepEqual(await vaultlet(["serve", "--port", String(port)]), {
    status: 1,
    stdout: "",
    stderr: `vaultlet: port ${port} of 127.0.0.1 is in use: choose another with --port\n`,
  });
  listener.close();
  const { status, stderr } = await vaultlet(["serve", "--port", "0", "--host", "192.0.2.1"]);
  assert.deepEqual([status, stderr], [1, "vaultlet: `--host` 192.0.2.1 cannot be listened on (this machine has no such address, EADDRNOTAVAIL)\n"]);
});

test("a body may be as large as `--max-body` says, also beyond what a vault takes by itself", async () => {
  const server = await serve(["--max-body", "12MiB"]);
  const body = JSON.stringify(makeJane);
  const statuses = [];
  for (const size of [9, 12]) statuses.push((await server.call("POST", tokens, body.padEnd(size * 1024 * 1024))).status);
  assert.deepEqual(statuses, [200, 200]);
  assert.equal((await server.call("POST", tokens, body.padEnd(12 * 1024 * 1024 + 1))).status, 413);
});

test("the greatest body that `--max-body` allows, of the least values, ends no vault", async () => {
  const server = await serve(["--max-body", "64MiB"]);
  const body = Buffer.alloc(64 * 1024 * 1024 - 1, "0,");
  body.write("[");
  body.write(" 0]", body.length - 3);
  const { status, body: refused } = await server.call("POST", "customers/query/tokens?reason=Maintenance", body);
  assert.deepEqual([status, refused.error_code], [400, "PV1012"]);
  assert.equal((await server.call("POST", tokens, makeJane)).status, 200);
  assert(!server.printed.stdout.includes("trouble"), server.printed.stdout);
});

test("who listens where others can reach it is told to put TLS in front", async () => {
  const server = await serve(["--host", "0.0.0.0"]);
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:/);
  assert.match(server.screen, /not encrypted: put TLS in front/);
});
