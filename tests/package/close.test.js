// @ts-check
// The end of a vault: by `close`, or because its wasm has trapped. Whoever waits gets an answer, nobody is called any
// more, no other vault is concerned, and the memory goes.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

// Before a vault is opened.
import "./little-memory.js";

import { memoryStore } from "vaultlet/store/memory";

import { about, makeToken, openExample, tagsOf } from "./example-host.js";

/** @import { Vault } from "vaultlet" */

/** @type {unknown[]} */
const unhandled = [];
for (const event of ["unhandledRejection", "uncaughtException"]) process.on(event, (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

/** What brings a wasm down that has 4 MB. */
const tooLong = "x".repeat(8_000_000);

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

/**
 * A vault whose callbacks are counted, and one of which waits for a word, or does something of its own.
 * @param {{ at?: string, instead?: () => unknown, message?: string }} [how]
 */
async function openCounted({ at, instead, message } = {}) {
  const store = memoryStore();
  /** @type {string[]} */
  const called = [];
  let counting = false;
  /** @type {() => void} */
  let goOn = () => {};
  /** @type {Promise<void>} */
  const word = new Promise((resolve) => (goOn = resolve));
  /** @type {<T>(name: string, good: () => T) => any} */
  const answer = (name, good) => {
    if (!counting) return good();
    called.push(name);
    if (name !== at) return good();
    return instead === undefined ? word.then(good) : instead();
  };
  const vault = await openExample({
    store: { read: (query) => answer("read", () => store.read(query)), write: (changes) => answer("write", () => store.write(changes)) },
    policy: ({ caller }) => answer("policy", () => (caller === "trap" ? { allow: false, because: "policy", message } : { allow: true })),
    audit: () => answer("audit", () => undefined),
  });
  const tokenId = await makeToken(vault);
  counting = true;
  return { vault, tokenId, called, goOn };
}

/** @param {Vault} vault @param {string} tokenId */
const update = (vault, tokenId) => vault.as("jane").tokens.updateTokens({ ...about, tokenIds: [tokenId], requestBody: { tags: ["new"] } });

const ended = { code: "VL5002", status: 500, context: {} };
/** @param {any} error */
const endedByTrap = (error) => {
  assert.deepEqual([error.code, error.status, { ...error.context }], ["VL5002", 500, {}]);
  assert(error.cause instanceof WebAssembly.RuntimeError, String(error.cause));
  return true;
};
const unknown = { ...ended, context: { outcome: "unknown" } };

test("a closed vault answers every call with its end; closing again changes nothing", async () => {
  const { vault, tokenId, called } = await openCounted();
  assert.equal(vault.close(), undefined);
  vault.close();
  await assert.rejects(update(vault, tokenId), ended);
  const client = vault.as("jane", { requestId: "a" });
  for (const method of [...Object.values(client.tokens), ...Object.values(client.crypto)]) {
    await assert.rejects(/** @type {any} */ (method)(undefined), ended);
  }
  assert.deepEqual(called, []);
});

for (const [at, expected, calledBefore] of /** @type {[string, object, string[]][]} */ ([
  ["policy", ended, ["policy"]],
  ["read", ended, ["policy", "read"]],
  ["audit", ended, ["policy", "read", "audit"]],
  ["write", unknown, ["policy", "read", "audit", "write"]],
])) {
  test(`calls that wait for \`${at}\` end when the vault is closed, and nobody is called any more`, async () => {
    const { vault, tokenId, called, goOn } = await openCounted({ at });
    const ends = [update(vault, tokenId), update(vault, tokenId)].map((call) => assert.rejects(call, expected));
    await pause();
    assert.deepEqual([...new Set(called)], calledBefore);
    vault.close();
    await Promise.all(ends);
    const { length } = called;
    goOn();
    await pause();
    assert.equal(called.length, length);
  });

  test(`\`${at}\` may close the vault that calls it`, async () => {
    const { vault, tokenId, called } = await openCounted({ at, instead: () => vault.close() });
    await assert.rejects(update(vault, tokenId), expected);
    await pause();
    assert.deepEqual(called, calledBefore);
  });
}

test("a getter of a request may close the vault", async () => {
  const { vault, tokenId, called } = await openCounted();
  const requestBody = { get tags() { vault.close(); return ["new"]; } }; // prettier-ignore
  await assert.rejects(vault.as("jane").tokens.updateTokens({ ...about, tokenIds: [tokenId], requestBody }), ended);
  assert.deepEqual(called, []);
});

test("a vault that is closed in the turn of the call ends it before it has begun", async () => {
  const { vault, tokenId, called } = await openCounted();
  const call = update(vault, tokenId);
  vault.close();
  await assert.rejects(call, ended);
  assert.deepEqual(called, []);
});

for (const [name, trap] of /** @type {[string, (vault: Vault) => Promise<unknown>][]} */ ([
  ["a request that is too large for it", (vault) => vault.as("jane").tokens.getTokensCount({ ...about, adhocReason: tooLong.slice(0, 7_000_000) })],
  ["a host's answer that is too large for it, in a later turn", (vault) => vault.as("trap").tokens.getTokensCount(about)],
])) {
  test(`${name} ends a vault and all its calls, and no other vault`, async () => {
    const { vault, tokenId, called, goOn } = await openCounted({ at: "audit", message: tooLong });
    const other = await openCounted();
    const writing = await openCounted({ at: "write" });
    const waiting = [update(vault, tokenId), update(vault, tokenId)].map((call) => assert.rejects(call, endedByTrap));
    const elsewhere = update(writing.vault, writing.tokenId);
    await pause();
    await assert.rejects(trap(vault), endedByTrap);
    await Promise.all(waiting);
    await assert.rejects(update(vault, tokenId), endedByTrap);
    const { length } = called;
    goOn();
    await pause();
    assert.equal(called.length, length);
    vault.close();

    await update(other.vault, other.tokenId);
    assert.deepEqual(await tagsOf(other.vault, other.tokenId), ["new"]);
    writing.goOn();
    await elsewhere;
    const fresh = await openExample();
    assert.deepEqual(await tagsOf(fresh, await makeToken(fresh)), ["old"]);
  });
}

test("a write that was under way when the wasm trapped has an unknown outcome", async () => {
  const { vault, tokenId, goOn } = await openCounted({ at: "write", message: tooLong });
  const writing = assert.rejects(update(vault, tokenId), unknown);
  await pause();
  await assert.rejects(vault.as("trap").tokens.getTokensCount(about), endedByTrap);
  await writing;
  goOn();
});

test("a configuration that is too large for it ends in an error; the next vault opens", async () => {
  const properties = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`p${index}`, { type: /** @type {const} */ ("NAME") }]));
  await assert.rejects(openExample({ collections: { customers: { properties } } }), { code: "PV1000", status: 500 });
  const fresh = await openExample();
  assert.deepEqual(await tagsOf(fresh, await makeToken(fresh)), ["old"]);
});

test("a closed vault whose host never answers does not keep the process alive", () => {
  const program = `
    import { generateKeys, openVault } from "vaultlet";
    import { memoryStore } from "vaultlet/store/memory";
    const collections = { customers: { properties: { email: { type: "EMAIL" } } } };
    const policy = () => new Promise(() => {});
    const vault = await openVault({ keys: generateKeys(), collections, store: memoryStore(), policy });
    const { tokens } = vault.as("jane");
    const pending = tokens.getTokensCount({ collection: "customers", reason: "Maintenance" });
    setTimeout(() => vault.close(), 20);
    await pending.catch(({ code }) => console.log(code));
  `;
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  // The default of timeoutMs is 30 s.
  const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { cwd, encoding: "utf8", timeout: 20_000 });
  assert.equal(stdout, "VL5002\n");
  assert.equal(status, 0);
});
