// @ts-check
// What the demo page keeps: over a reload, between two tabs, and not after a wipe. And how it starts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Visitor, openStage } from "./visitor.js";

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => void (stage = await openStage()));
after(() => stage?.close());

/** The page's keyring, from where it is kept. @param {Visitor} visitor @returns {Promise<any>} */
const keys = (visitor) =>
  visitor.page.evaluate(`new Promise((resolve) => {
    const opening = indexedDB.open("vaultlet-demo-app");
    opening.onsuccess = () => {
      const reading = opening.result.transaction("kept").objectStore("kept").get("keys");
      reading.onsuccess = () => {
        opening.result.close();
        resolve(reading.result);
      };
    };
  })`);

test("under 600 kB come over the wire, and the page says how soon it can be used", async (t) => {
  const visitor = await stage.visit();
  const millis = await visitor.page.evaluate("Math.round(performance.now())");
  const bytes = [...stage.site.sent.values()].reduce((sum, { length }) => sum + length, 0);
  t.diagnostic(`${stage.site.sent.size} files, ${bytes} bytes (gzip); usable after ${millis} ms`);
  assert(stage.site.sent.has("vaultlet/wasm/vaultlet_bg.wasm"));
  assert(bytes < 600_000, `${bytes} bytes`);
  assert.deepEqual(stage.site.asked, [...new Set(stage.site.asked)], "something was loaded twice");
  await visitor.leave();
});

test("a reload loses nothing", async () => {
  const visitor = await stage.visit();
  await visitor.act("make", { type: "randomized" });
  await visitor.press("make");
  const [tokens, rows, ring] = [await visitor.tokens(), await visitor.rows(), await keys(visitor)];
  assert.equal(tokens.length, 2);
  await visitor.reload();
  assert.deepEqual([await visitor.tokens(), await visitor.rows(), await keys(visitor)], [tokens, rows, ring]);
  assert.match(await visitor.press("read"), /jane@example\.com/);
  await visitor.leave();
});

test("two tabs, opened at once, share one vault: its keys, its tokens, what was rotated and what was altered", async () => {
  const context = await stage.browser.newContext();
  const [one, other] = await Promise.all([Visitor.open(stage.site, context), Visitor.open(stage.site, context)]);
  await one.press("make");
  const token = await one.token();
  await other.sees(`#token option[value="${token}"]`);
  await other.sees("#rows article");
  assert.match(await other.press("read"), /jane@example\.com/);

  await other.press("rotate");
  const fresh = await other.token();
  await one.sees(`#token option[value="${fresh}"]`);
  assert.deepEqual(await one.tokens(), [fresh]);
  assert.match(await one.press("read"), /jane@example\.com/);

  await one.page.locator("#rows .altering button").click();
  await other.sees("#rows .refusal");
  await one.leave();
  assert.deepEqual(other.complaints, []);
});

test("two tabs that update one token at once lose neither the token nor a version", async () => {
  const context = await stage.browser.newContext();
  const one = await Visitor.open(stage.site, context);
  await one.press("make");
  const other = await one.tab();
  for (let round = 1; round <= 3; round += 1) {
    const tag = (/** @type {Visitor} */ tab, /** @type {string} */ tags) => tab.act("label", { tags, expires: "keep" });
    await Promise.all([tag(one, `one-${round}`), tag(other, `other-${round}`)]);
  }
  const [row] = await one.rows();
  assert.equal(row.version, 7);
  assert.match(await one.press("read"), /jane@example\.com/);
  await one.leave();
  assert.deepEqual(other.complaints, []);
});

test("wiping deletes rows, token IDs and keys, in the other tab as well, which goes on with the new ones", async () => {
  const context = await stage.browser.newContext();
  const one = await Visitor.open(stage.site, context);
  await one.press("make");
  const [token, ring] = [await one.token(), await keys(one)];
  const other = await one.tab();
  assert.equal(await other.token(), token);

  await one.page.locator("#wipe button").click();
  for (const tab of [one, other]) {
    await tab.sees(`#token option[value=""]`);
    await tab.ready();
  }
  assert.deepEqual(await one.rows(), []);
  const fresh = await keys(one);
  assert.notDeepEqual(fresh, ring);
  assert.deepEqual(await keys(other), fresh);
  await other.press("make");
  await one.sees(`#token option[value="${await other.token()}"]`);
  assert.match(await one.press("read"), /jane@example\.com/);
  await one.leave();
  assert.deepEqual(other.complaints, []);
});

test("a database that is deleted under the page is made anew", async () => {
  const visitor = await stage.visit();
  await visitor.press("make");
  const token = await visitor.token();
  await visitor.page.evaluate(`new Promise((resolve) => {
    indexedDB.deleteDatabase("vaultlet-demo-rows").onsuccess = resolve;
  })`);
  await visitor.become("analyst");
  await visitor.sees("#rows > .hint:has-text('No rows yet')");
  await visitor.become("support");
  assert.match(await visitor.press("read"), /^Nothing/);
  await visitor.press("make");
  assert.notEqual(await visitor.token(), token);
  assert.match(await visitor.press("read"), /jane@example\.com/);
  await visitor.leave();
});

test("a database that fails is told where the rows would be, and they are back when it is", async () => {
  const visitor = await stage.visit();
  await visitor.press("make");
  await visitor.page.evaluate(`globalThis.open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = () => { throw new Error("the disk is full"); };`);
  await visitor.press("read");
  assert.match(await visitor.page.locator("#rows").innerText(), /^This page failed: the disk is full/);
  await visitor.page.evaluate("IDBFactory.prototype.open = globalThis.open");
  assert.match(await visitor.press("read"), /jane@example\.com/);
  assert.equal((await visitor.pairs("#rows .seen"))["name"], "Jane Miller");
  await visitor.leave();
});

test("a vault that does not open says so in words", async () => {
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  await page.route("**/*.wasm", (route) => route.fulfill({ status: 404 }));
  await page.goto(stage.site.url);
  const said = page.locator("#failed:not([hidden])");
  await said.waitFor();
  assert.match(await said.innerText(), /^The vault did not open: the wasm could not be loaded/);
  await context.close();
});
