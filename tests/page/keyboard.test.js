// @ts-check
// The demo page by keyboard alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openStage } from "./visitor.js";

/** @import { Visitor } from "./visitor.js" */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => void (stage = await openStage()));
after(() => stage?.close());

/** Everything that Tab could reach, in the page's order. */
const USABLE = `[...document.querySelectorAll("a, button, input, select, textarea, summary")]`;

/** Of the element that has the focus: what it is, whether one sees that it has it, and whether something covers it. */
const FOCUSED = `(() => {
  const focused = document.activeElement;
  if (focused === document.body || focused === null) return null;
  const marked = focused.matches(".segments input") ? focused.nextElementSibling : focused;
  const { outlineStyle, outlineWidth } = getComputedStyle(marked);
  const { left, top, width, height } = focused.getBoundingClientRect();
  const above = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 20));
  return {
    name: focused.id || focused.name || focused.textContent.trim(),
    place: focused.closest("[id]")?.id,
    order: ${USABLE}.indexOf(focused),
    visible: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    covered: above !== null && !focused.contains(above) && !above.contains(focused) && above !== marked,
  };
})()`;

/** Presses Tab until what is looked for has the focus. @param {Visitor} visitor @param {string} selector */
async function tabTo(visitor, selector) {
  for (let presses = 0; presses < 120; presses += 1) {
    await visitor.page.keyboard.press("Tab");
    if (await visitor.page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  assert.fail(`Tab never reaches ${selector}`);
}

test("Tab reaches everything that can be used, in the page's order; the focus is always seen and never covered", async () => {
  const visitor = await stage.visit();
  await visitor.press("make");
  await tabTo(visitor, ".skip");
  /** @type {{ name: string, place: string, order: number, visible: boolean, covered: boolean }[]} */
  const stops = [];
  for (;;) {
    const stop = await visitor.page.evaluate(FOCUSED);
    if (stop === null || stops.length > 150) break;
    stops.push(stop);
    await visitor.page.keyboard.press("Tab");
  }
  assert.deepEqual(stops.filter(({ visible, covered }) => !visible || covered), []);
  const order = stops.map((stop) => stop.order);
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
  // Of each group of radio buttons, Tab reaches the one that is chosen.
  const reachable = await visitor.page.evaluate(`${USABLE}.filter((each) => each.type !== "radio" || each.checked).length`);
  assert.equal(stops.length, reachable);
  assert.equal(stops[0]?.name, "Skip to the first step");

  // Backwards, what comes in from above must not end up under the bar.
  const back = [];
  for (const _ of stops) {
    await visitor.page.keyboard.press("Shift+Tab");
    back.push(await visitor.page.evaluate(FOCUSED));
  }
  assert.deepEqual(back.map(({ name }) => name), stops.map(({ name }) => name).reverse());
  assert.deepEqual(back.filter(({ covered }) => covered), []);
  await visitor.leave();
});

test("the main job, without a mouse", async () => {
  const visitor = await stage.visit();
  const { keyboard } = visitor.page;
  await tabTo(visitor, ".skip");
  await keyboard.press("Enter");
  await tabTo(visitor, "#make [name=name]");
  await keyboard.press("Control+a");
  await keyboard.type("Grace Hopper");
  await keyboard.press("Enter");
  await visitor.sees("#make .token-id");
  await visitor.result("make");
  const token = await visitor.token();

  await tabTo(visitor, "#read .primary");
  await keyboard.press("Space");
  await visitor.sees("#read .pairs");
  assert.equal((await visitor.pairs("#read .result"))["name"], "Grace Hopper");

  await tabTo(visitor, "#update .primary");
  await keyboard.press("Enter");
  await visitor.sees("#update .pairs");
  await tabTo(visitor, "#encrypt .primary");
  await keyboard.press("Enter");
  await visitor.sees("#encrypt .ciphertext");
  await tabTo(visitor, "#update-encrypted [value=ssn]");
  await keyboard.press("Space");
  await tabTo(visitor, "#update-encrypted .primary");
  await keyboard.press("Enter");
  await visitor.sees("#update-encrypted .pairs");
  assert.deepEqual(Object.keys(await visitor.pairs("#update-encrypted .result")), ["email", "phone", "ssn"]);

  await tabTo(visitor, "#rotate .primary");
  await keyboard.press("Enter");
  await visitor.sees("#rotate .map");
  await visitor.result("rotate");
  assert.notEqual(await visitor.token(), token);
  for (const action of ["lose", "repeat"]) {
    await tabTo(visitor, `#${action} .primary`);
    await keyboard.press("Enter");
    await visitor.sees(`#${action} .what`);
    await visitor.result(action);
  }
  await visitor.sees("#repeat .map");

  // The button that alters is replaced by the one that puts back, and the focus stays with it.
  await tabTo(visitor, "#rows [name=byte]");
  await keyboard.press("Enter");
  await visitor.sees("#rows .refusal");
  await keyboard.press("Enter");
  await visitor.sees("#rows .seen .pairs");

  await tabTo(visitor, "[name=caller]");
  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowRight");
  await tabTo(visitor, "#read .primary");
  await keyboard.press("Enter");
  await visitor.sees("#read .refusal");
  assert.match(await visitor.result("read"), /nobody is signed in/);
  await tabTo(visitor, "#wipe button");
  await keyboard.press("Enter");
  await visitor.sees(`#token option[value=""]`);
  await visitor.leave();
});
