// @ts-check
// Everything that can be done on the demo page, by typing and clicking.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { ACTIONS, openStage } from "./visitor.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ADA = { name: "Ada Byron", email: "ada@lovelace.example", phone: "+44-20-7946-0018", ssn: "987-65-4321" };

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => void (stage = await openStage()));
after(() => stage?.close());

/** @param {string} what @param {(visitor: import("./visitor.js").Visitor) => Promise<void>} check */
function scene(what, check) {
  test(what, async () => {
    const visitor = await stage.visit({ permissions: ["clipboard-read", "clipboard-write"] });
    await check(visitor);
    await visitor.leave();
  });
}

scene("personal data becomes a token; the same data the same one, and a randomized one each time", async (visitor) => {
  const made = await visitor.act("make", ADA);
  const token = await visitor.token();
  assert.match(token, UUID);
  assert(made.includes(token) && made.includes("Your token"), made);
  assert.deepEqual(await visitor.questions("make"), [["policy", "store.read", "audit", "store.write"]]);
  assert.match(await visitor.press("make"), /the same token as before/);
  assert.deepEqual(await visitor.tokens(), [token]);
  await visitor.act("make", { type: "randomized" });
  assert.notEqual(await visitor.token(), token);
  assert.equal((await visitor.tokens()).length, 2);
});

scene("a value that is none of its type is refused in words, without the value", async (visitor) => {
  const refused = await visitor.act("make", { ...ADA, email: "not-an-address" });
  assert.match(refused, /^Refused: .*\s+.*the like of jane@example\.com/);
  assert.match(refused, /PV3002/);
  assert(!refused.includes("not-an-address"), refused);
  assert.match(await visitor.act("make", { name: "", email: "", phone: "", ssn: "" }), /PV1012/);
  assert.deepEqual(await visitor.rows(), []);
});

scene("what came of it is in sight, also where a long list beside the form has gone", async (visitor) => {
  await visitor.page.setViewportSize({ width: 1280, height: 900 });
  await visitor.act("make", ADA);
  await visitor.page.locator("#make .calls summary").first().click();
  await visitor.page.evaluate(`scrollBy(0, document.querySelector("#make").getBoundingClientRect().bottom - 600)`);
  await visitor.act("make", { email: "not-an-address" });
  const { top, bottom } = await visitor.page.evaluate(`document.querySelector("#make .result").getBoundingClientRect().toJSON()`);
  assert(top > 60 && bottom < 900, `${top} to ${bottom}`);
});

scene("before there is a token, each action says what is missing, and the vault is not asked", async (visitor) => {
  for (const action of ACTIONS.filter((each) => each !== "make" && each !== "encrypt")) {
    const said = await visitor.press(action);
    assert.match(said, /^(There is no token in hand|There is no ciphertext yet|No reply has been lost)/, action);
    assert.deepEqual(await visitor.questions(action), [], action);
  }
});

scene("who calls decides what is read: whole values, masks, or nothing, with the reason", async (visitor) => {
  await visitor.act("make", ADA);
  await visitor.press("read");
  assert.deepEqual(await visitor.pairs("#read .result"), { ...ADA, phone: "+442079460018" });
  assert.deepEqual(await visitor.questions("read"), [["policy", "store.read", "policy", "audit"]]);

  await visitor.become("analyst");
  assert.match(await visitor.press("read"), /^Refused by the policy: an analyst sees masks, and no whole values\./);
  await visitor.page.locator("#read input[value=masks]").check();
  await visitor.press("read");
  const masks = await visitor.pairs("#read .result");
  assert.equal(masks["ssn.mask"], "***-**-4321");
  assert.equal(masks["name.mask"], "A** B****");
  assert.match(await visitor.press("rotate"), /^Refused by the policy: an analyst may only read\.[^]*PV1007/);

  await visitor.become("nobody");
  for (const action of ["make", "read", "update", "encrypt", "rotate", "label", "revive"]) {
    assert.match(await visitor.press(action), /^Refused by the policy: nobody is signed in\.[^]*PV1007/, action);
    assert.deepEqual(await visitor.questions(action), [["policy", "audit"]], action);
  }
});

scene("an update from fields replaces all of the data, and the token stays", async (visitor) => {
  await visitor.act("make", ADA);
  const token = await visitor.token();
  const fields = { name: "Ada King", email: "ada@king.example", phone: "", ssn: "987-65-4321" };
  await visitor.act("update", fields);
  const { phone, ...left } = fields;
  assert.deepEqual(await visitor.pairs("#update .result"), left);
  assert.equal(await visitor.token(), token);
  await visitor.press("read");
  assert.deepEqual(await visitor.pairs("#read .result"), left);
});

scene("an update from a ciphertext of another scope takes the chosen properties alone", async (visitor) => {
  await visitor.act("make", ADA);
  const before = await visitor.rows();
  const typed = { name: "Ada King", email: "ada@king.example", phone: "+1-202-555-0111", ssn: "987-65-4321" };
  await visitor.act("encrypt", { ...typed, scope: "kiosk" });
  assert.deepEqual(await visitor.rows(), before, "encrypting stores nothing");
  assert.match(await visitor.page.locator("#encrypt .calls").innerText(), /Note: crypto\.encrypt, allowed\./);
  const ciphertext = await visitor.page.locator("#update-encrypted [name=ciphertext]").inputValue();
  assert.match(ciphertext, /^[A-Za-z0-9+/]{100,}=*$/);
  assert.equal(await visitor.page.locator("#update-encrypted [name=scope]").inputValue(), "kiosk");
  await visitor.page.locator("#update-encrypted [value=phone]").uncheck();
  await visitor.page.locator("#update-encrypted [value=name]").check();
  await visitor.press("update-encrypted");
  assert.deepEqual(await visitor.pairs("#update-encrypted .result"), { name: "Ada King", email: "ada@king.example" });

  assert.match(await visitor.act("update-encrypted", { scope: "another" }), /sealed with another scope[^]*VL3004/);
  const altered = `${ciphertext.slice(0, 50)}${ciphertext[50] === "A" ? "B" : "A"}${ciphertext.slice(51)}`;
  assert.match(await visitor.act("update-encrypted", { scope: "kiosk", ciphertext: altered }), /does not open[^]*VL3003/);
  for (const property of ["name", "email"]) await visitor.page.locator(`#update-encrypted [value=${property}]`).uncheck();
  assert.match(await visitor.act("update-encrypted", { ciphertext }), /No property is chosen/);
  await visitor.press("read");
  assert.deepEqual(await visitor.pairs("#read .result"), { name: "Ada King", email: "ada@king.example" });
});

scene("rotating kills the old ID and keeps the data", async (visitor) => {
  await visitor.act("make", ADA);
  const old = await visitor.token();
  const shown = await visitor.press("rotate");
  const fresh = await visitor.token();
  assert.notEqual(fresh, old);
  assert(shown.includes(old) && shown.includes(fresh), shown);
  assert.match(shown, /it is dead/);
  assert.deepEqual(await visitor.tokens(), [fresh]);
  await visitor.press("read");
  assert.equal((await visitor.pairs("#read .result"))["name"], ADA.name);
});

scene("a rotation whose reply is lost is repeated, also after a reload, and always gives the same map", async (visitor) => {
  await visitor.act("make", ADA);
  const old = await visitor.token();
  assert.match(await visitor.press("lose"), /^The reply is lost, as planned\.[^]*unknown/);
  assert.equal(await visitor.token(), old, "nobody has heard of the new ID");
  // The same call in both places, with the transaction ID by which the vault knows it.
  const code = (/** @type {string} */ id) => visitor.page.locator(`#${id} pre`).first().innerText();
  assert.match(await code("lose"), /transactionId/);
  assert.equal(await code("repeat"), await code("lose"));
  assert.match(await visitor.press("read"), /^Nothing/);
  const versions = (await visitor.rows()).map(({ key, version }) => [key, version]);
  await visitor.reload();

  const map = () => visitor.page.locator("#repeat .map").innerText();
  await visitor.press("repeat");
  const first = await map();
  const fresh = await visitor.token();
  assert(fresh !== old && first.includes(old) && first.includes(fresh), first);
  assert.deepEqual(await visitor.questions("repeat"), [["policy", "store.read", "audit"]]);
  await visitor.press("repeat");
  assert.equal(await map(), first);
  assert.deepEqual((await visitor.rows()).map(({ key, version }) => [key, version]), versions);
  await visitor.press("read");
  assert.equal((await visitor.pairs("#read .result"))["ssn"], ADA.ssn);

  // Another rotation is another transaction; and a refused one does not forget the one that was lost.
  await visitor.press("lose");
  await visitor.become("nobody");
  assert.match(await visitor.press("lose"), /nobody is signed in/);
  await visitor.become("support");
  await visitor.press("repeat");
  assert((await map()).includes(fresh));
  await visitor.press("read");
  assert.equal((await visitor.pairs("#read .result"))["ssn"], ADA.ssn);
});

scene("tags and an expiry are set; an archived token gives nothing, and comes back", async (visitor) => {
  await visitor.act("make", ADA);
  await visitor.act("label", { tags: "gold, abroad", expires: "3600" });
  const set = await visitor.pairs("#label .result");
  assert.equal(set["tags"], "gold, abroad");
  assert.match(set["expires"] ?? "", /\d:\d\d/);
  assert.match(await visitor.act("label", { expires: "0" }), /^The token is archived\./);
  assert.match(await visitor.press("read"), /^Nothing/);
  assert.match(await visitor.press("rotate"), /archived[^]*PV1033/);
  assert.match(await visitor.page.locator("#rows .seen").first().innerText(), /Archived: its data is not given out/);
  assert.match(await visitor.press("revive"), /^The token is back/);
  const back = await visitor.pairs("#revive .result");
  assert.deepEqual([back["tags"], back["expires"], back["ssn"]], ["gold, abroad", "never", ADA.ssn]);
  assert.match(await visitor.press("revive"), /PV3009/);
  await visitor.act("label", { tags: "", expires: "keep" });
  assert.equal((await visitor.pairs("#label .result"))["tags"], "none");
});

scene("a token that expires while one looks on", async (visitor) => {
  await visitor.act("make", ADA);
  await visitor.page.clock.install();
  await visitor.reload();
  // So long that nobody is too slow to see it before.
  await visitor.act("label", { expires: "3600" });
  assert(!(await visitor.page.locator("#rows .seen").innerText()).includes("Archived"));
  await visitor.page.clock.fastForward(3_601_000);
  await visitor.sees("#rows .seen:has-text('Archived')");
  assert.match(await visitor.press("read"), /^Nothing/);
});

scene("the store's rows stand beside the vault's view, and hold nothing of what was typed", async (visitor) => {
  await visitor.act("make", ADA);
  // Not `gold`: four letters alone are among random ones now and then.
  await visitor.act("label", { tags: "golden-customer", expires: "3600" });
  const [row] = await visitor.rows();
  const stored = await visitor.pairs("#rows .stored");
  assert.deepEqual([stored["key"], stored["version"], stored["claims"]], [row.key, "2", row.claims.join(" ")]);
  const seen = await visitor.pairs("#rows .seen");
  assert.deepEqual([seen["name"], seen["tags"], seen["type"]], [ADA.name, "golden-customer", "pci"]);
  const text = `${JSON.stringify(row)}${await visitor.page.locator("#rows .stored").innerText()}`;
  for (const secret of [...Object.values(ADA), "+442079460018", await visitor.token(), "golden-customer", "customers"]) {
    assert(!text.includes(secret), `${secret} is in the store`);
  }
  assert(text.includes(row.key));
});

scene("one altered byte and the vault refuses the row, everywhere, until it is put back", async (visitor) => {
  await visitor.act("make", ADA);
  const [before] = await visitor.rows();
  await visitor.page.locator("#rows [name=byte]").fill("7");
  await visitor.page.locator("#rows .altering button").click();
  await visitor.page.locator("#rows .refusal").waitFor();
  const [altered] = await visitor.rows();
  assert.deepEqual([altered.version, altered.sealed.length], [before.version, before.sealed.length]);
  const different = [...altered.sealed].flatMap((byte, at) => (byte === before.sealed[at] ? [] : [at]));
  assert.deepEqual(different, [7]);
  assert.match(await visitor.page.locator("#rows .seen").innerText(), /failed its integrity check[^]*VL5001/);
  for (const action of ["read", "update", "rotate", "label"]) assert.match(await visitor.press(action), /VL5001/, action);
  await visitor.reload();
  await visitor.page.locator("#rows .altering button").click();
  await visitor.page.locator("#rows .refusal").waitFor({ state: "detached" });
  assert.deepEqual(await visitor.rows(), [before]);
  await visitor.press("read");
  assert.equal((await visitor.pairs("#read .result"))["name"], ADA.name);
});

scene("the code of each action is what it does, and is copied as it stands", async (visitor) => {
  const AsyncFunction = /** @type {any} */ (async () => {}).constructor;
  for (const action of ACTIONS) {
    await visitor.press(action);
    const code = (await visitor.page.locator(`#${action} .code pre`).textContent()) ?? "";
    await visitor.page.locator(`#${action} .code button`).click();
    await visitor.sees(`#${action} .copied:text-is("Copied")`);
    assert.equal(await visitor.page.evaluate("navigator.clipboard.readText()"), code);
    /** @type {[string, any][]} */
    const calls = [];
    const part = (/** @type {string} */ name) =>
      new Proxy({}, {
        get: (_, method) => async (/** @type {any} */ given) => {
          calls.push([`${name}.${String(method)}`, given]);
          return [{}];
        },
      });
    // Where it is no variable of the program, it was one of the program before.
    const program = code.includes("const [{ ciphertext }]") ? code : `const ciphertext = "";\n${code}`;
    await new AsyncFunction("tokens", "crypto", program)(part("tokens"), part("crypto"));
    const shown = await visitor.page.locator(`#${action} .call code`).allInnerTexts();
    assert.deepEqual(calls.map(([method]) => method), shown, action);
    for (const [, given] of calls) assert.deepEqual([given.collection, given.reason], ["customers", "AppFunctionality"]);
  }
  // How a vault is opened runs, too, over another store.
  const opening = (await visitor.page.locator(".step > .code pre").textContent()) ?? "";
  let migrations = 0;
  const store = (/** @type {unknown} */ pool) => {
    assert.equal(pool, "the pool");
    return Object.assign(memoryStore(), { migrate: async () => void (migrations += 1) });
  };
  const program = `${opening.replace(/^import .*$/gm, "")}\nreturn [tokens, crypto];`;
  const open = new AsyncFunction("openVault", "postgresStore", "keys", "pool", "caller", program);
  const [tokens] = await open(openVault, store, generateKeys(), "the pool", { may: () => true });
  const count = await tokens.getTokensCount({ collection: "customers", reason: "Analytics" });
  assert.deepEqual([count, migrations], [{ active: 0, archived: 0, total: 0 }, 1]);
  assert.equal(typeof (await import("vaultlet/store/postgres")).postgresStore, "function");

  await visitor.type("make", { name: 'Ada "Countess" King' });
  assert.match((await visitor.page.locator("#make .code pre").textContent()) ?? "", /name: "Ada \\"Countess\\" King",/);
  assert.match((await visitor.page.locator("#policy-code").textContent()) ?? "", /^function policy\(/);

  // Each question can be read in full.
  await visitor.page.locator("#make .calls summary").first().click();
  const question = JSON.parse((await visitor.page.locator("#make .calls details pre").first().textContent()) ?? "");
  assert.equal(question.action, "tokens.tokenize");
  assert.deepEqual(question.caller, { name: "Sam", role: "support" });
  assert.equal(question.checks.length, 4);
});

scene("measuring draws a chart with numbers", async (visitor) => {
  await visitor.page.locator("#speed button").click();
  await visitor.page.locator(".chart").waitFor({ timeout: 60_000 });
  const numbers = (await visitor.page.locator(".chart .number").allInnerTexts()).map(Number.parseFloat);
  assert.equal(numbers.length, 4);
  assert(numbers.every((micros) => micros > 0 && micros < 100_000), numbers.join());
  const captions = await visitor.page.locator(".chart caption").allInnerTexts();
  const [first = "", second = ""] = captions.map((caption) => caption.replace(/^\D*/, ""));
  const [vaultlet = 0, webcrypto = 0] = numbers;
  const told = Number.parseFloat(first);
  assert(Math.abs(told - Math.max(webcrypto / vaultlet, vaultlet / webcrypto)) < 0.2, `${first}: ${numbers}`);
  assert.match(second, /^\d+\.\d times as (fast|slow)$/);
  const widths = await visitor.page.evaluate(`
    [...document.querySelectorAll(".bar")].map((bar) => bar.getBoundingClientRect().width)`);
  for (const [at, micros] of numbers.entries()) {
    const share = widths[at] / Math.max(...widths);
    assert(Math.abs(share - micros / Math.max(...numbers)) < 0.02, `${widths} for ${numbers}`);
  }
  assert.deepEqual(await visitor.rows(), [], "it leaves the page's own store alone");
});
