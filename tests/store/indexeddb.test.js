// @ts-check
// The IndexedDB store in Chromium: the kit, a vault, the suite, and what is a browser's own.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { VaultError } from "vaultlet";
import { indexedDbStore } from "vaultlet/store/indexeddb";

import { openChromium, serveFiles } from "./engines/chromium.js";
import { countRules, told } from "./every-rule.js";

/** As a page without a bundler finds the package: by a map. */
const MAP = {
  imports: {
    vaultlet: "/pkg/index.js",
    "vaultlet/store/memory": "/pkg/store/memory.js",
    "vaultlet/testing": "/pkg/testing.js",
    "#module": "/pkg/module/fetch.js",
  },
};

const PAGE = `<!doctype html><meta charset="utf-8"><title>IndexedDB</title>
<script type="importmap">${JSON.stringify(MAP)}</script><script type="module">
  import { indexedDbStore } from "/pkg/store/indexeddb.js";
  import * as rows from "/pkg/testing/rows.js";
  import { runEveryRule } from "/tests/store/every-rule.js";
  Object.assign(globalThis, { indexedDbStore, runEveryRule, rows, ready: true });
</script>`;

/** @type {import("./engines/browser.js").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serveFiles>>} */
let server;

before(async () => {
  server = await serveFiles(PAGE);
  browser = await openChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** @param {import("./engines/browser.js").BrowserContext} context */
async function openPage(context) {
  const page = await context.newPage();
  page.on("pageerror", (error) => assert.fail(error.message));
  await page.goto(server.url);
  await page.waitForFunction("globalThis.ready");
  return page;
}

test("the kit, a vault and the suite", async (context) => {
  const page = await openPage(await browser.newContext());
  const { held, failures } = await page.evaluate(async () => {
    const { indexedDbStore, runEveryRule } = /** @type {any} */ (globalThis);
    let stores = 0;
    const make = () => {
      const name = `kit-${(stores += 1)}`;
      return { store: indexedDbStore({ name }), close: () => indexedDB.deleteDatabase(name) };
    };
    return runEveryRule("IndexedDB", make);
  });
  assert.deepEqual(failures, []);
  assert.deepEqual(held, countRules());
  context.diagnostic(told("IndexedDB", held));
});

test("two tabs that count up in one row lose no update", async () => {
  const context = await browser.newContext();
  const [one, other] = [await openPage(context), await openPage(context)];
  const claim = await one.evaluate(async () => {
    const { indexedDbStore, rows } = /** @type {any} */ (globalThis);
    const row = rows.makeRow({ sealed: Uint8Array.of(0) });
    await indexedDbStore({ name: "tabs" }).write([rows.insert(row)]);
    return row.claims[0];
  });
  const count = async (/** @type {string} */ claim) => {
    const { indexedDbStore, rows, BroadcastChannel } = /** @type {any} */ (globalThis);
    const store = indexedDbStore({ name: "tabs" });
    const channel = new BroadcastChannel("tabs");
    /** Until both have read what each is about to write over. */
    const meet = () =>
      new Promise((resolve) => {
        // Who came first said so before anybody heard it: it says so again.
        channel.onmessage = () => {
          channel.onmessage = null;
          channel.postMessage("read");
          resolve(undefined);
        };
        channel.postMessage("read");
      });
    let refused = 0;
    for (let done = 0; done < 50; ) {
      const [row] = await store.read({ claims: [claim] });
      if (done + refused === 0) await meet();
      const landed = await store.write([rows.replace(row, { sealed: row.sealed.map((/** @type {number} */ byte) => byte + 1) })]);
      if (landed) done += 1;
      else refused += 1;
    }
    channel.close();
    return refused;
  };
  const refused = await Promise.all([one.evaluate(count, claim), other.evaluate(count, claim)]);
  const after = await one.evaluate(async (claim) => {
    const [row] = await /** @type {any} */ (globalThis).indexedDbStore({ name: "tabs" }).read({ claims: [claim] });
    return [row.version, row.sealed[0]];
  }, claim);
  assert.deepEqual(after, [101, 100]);
  assert((refused[0] ?? 0) + (refused[1] ?? 0) > 0, "they never met");
});

test("rows survive a reload; deleting the database wipes them under an open store, which goes on", async () => {
  const context = await browser.newContext();
  const page = await openPage(context);
  const claim = await page.evaluate(async () => {
    const { indexedDbStore, rows } = /** @type {any} */ (globalThis);
    const row = rows.makeRow();
    await indexedDbStore().write([rows.insert(row)]);
    return row.claims[0];
  });
  await page.reload();
  await page.waitForFunction("globalThis.ready");
  const found = await page.evaluate(async (claim) => {
    const { indexedDbStore, rows } = /** @type {any} */ (globalThis);
    const store = indexedDbStore();
    const before = (await store.read({ claims: [claim] })).length;
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase("vaultlet");
      request.onsuccess = resolve;
      request.onblocked = () => reject(new Error("blocked"));
    });
    const after = (await store.read({ claims: [claim] })).length;
    return [before, after, await store.write([rows.insert(rows.makeRow())])];
  }, claim);
  assert.deepEqual(found, [1, 0, true]);
});

test("where there is no IndexedDB, and for a bad option, it is VL1000 and names the place", () => {
  /** @type {[unknown, string][]} */
  const mistakes = [
    [{ nam: "a" }, "options.nam"],
    [{ name: "" }, "options.name"],
    [{ name: 7 }, "options.name"],
    [null, "options"],
    [{}, "indexedDB"],
    [undefined, "indexedDB"],
  ];
  for (const [options, place] of mistakes) {
    assert.throws(
      () => indexedDbStore(/** @type {any} */ (options)),
      (error) => error instanceof VaultError && error.code === "VL1000" && error.context.place === place,
      `${place}: ${JSON.stringify(options)}`,
    );
  }
});
