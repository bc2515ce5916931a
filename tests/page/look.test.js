// @ts-check
// How the demo page looks: axe, both schemes, widths from 360 to 1440 px, text at 200 %, and nothing that moves.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { ACTIONS, openStage } from "./visitor.js";

/** @import { Visitor } from "./visitor.js" */

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => void (stage = await openStage()));
after(() => stage?.close());

/**
 * What axe finds: rules of all its kinds in one scheme; the other has other colours, and nothing else.
 * @param {Visitor} visitor
 * @param {string} state
 * @param {string} [within] where, as axe takes it
 */
async function findsNothing(visitor, state, within = "document") {
  for (const [colorScheme, rules] of /** @type {const} */ ([["light", "{}"], ["dark", '{ runOnly: ["color-contrast"] }']])) {
    await visitor.page.emulateMedia({ colorScheme });
    const { violations, passes } = await visitor.page.evaluate(`axe.run(${within}, ${rules}).then(({ violations, passes }) => ({
      violations: violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).join("; ")),
      passes: passes.map(({ id }) => id),
    }))`);
    assert.deepEqual(violations, [], `${state}, ${colorScheme}`);
    assert(passes.includes("color-contrast"), `${state}, ${colorScheme}: colours were not looked at`);
  }
}

/**
 * What reaches over the page's edge, or over the edge of what it lies in.
 * @param {Visitor} visitor
 * @returns {Promise<string[]>}
 */
const overflowing = (visitor) =>
  visitor.page.evaluate(`(() => {
    const found = [];
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) found.push("the page: " + scrollWidth);
    for (const each of document.querySelectorAll("body *:not(.skip)")) {
      const { left, right, width } = each.getBoundingClientRect();
      const name = each.tagName + "." + each.className;
      if (width > 0 && (right > innerWidth + 1 || left < -1)) found.push(name + " ends at " + right);
      if (each.matches("input, select, textarea") || each.clientWidth === 0) continue;
      if (each.scrollWidth > each.clientWidth + 1) found.push(name + " holds " + each.scrollWidth);
    }
    return found;
  })()`);

test("axe finds nothing, in light and dark, in each state", async () => {
  const visitor = await stage.visit();
  await visitor.page.evaluate(axe);
  await findsNothing(visitor, "at the start");
  for (const action of ACTIONS) await visitor.press(action);
  await findsNothing(visitor, "after each action");
  await visitor.act("make", { email: "none" });
  await visitor.page.locator("#rows .altering button").first().click();
  await visitor.page.locator("#rows .refusal").waitFor();
  await visitor.become("nobody");
  for (const action of ACTIONS) await visitor.press(action);
  await findsNothing(visitor, "after refusals");
  await visitor.become("support");
  await visitor.seeAllElse();
  await findsNothing(visitor, "the chart, and what can be opened, open", '{ include: ["#speed", "#make", ".aside"] }');
  await visitor.leave();
});

test("nothing reaches over the edge, from 360 to 1440 px, and with text at 200 %", async () => {
  const visitor = await stage.visit();
  await visitor.seeAll();
  for (const width of [360, 720, 1280, 1440]) {
    await visitor.page.setViewportSize({ width, height: 900 });
    assert.deepEqual(await overflowing(visitor), [], `${width} px`);
  }
  await visitor.page.evaluate(`document.documentElement.style.fontSize = "200%"`);
  for (const width of [720, 1280]) {
    await visitor.page.setViewportSize({ width, height: 900 });
    assert.deepEqual(await overflowing(visitor), [], `${width} px at 200 %`);
  }
  await visitor.leave();
});

test("a form that stays in sight lies over nothing", async () => {
  const visitor = await stage.visit();
  for (const [width, height, fontSize] of [[390, 844, "100%"], [720, 1200, "200%"], [1280, 900, "100%"], [1440, 900, "100%"]]) {
    await visitor.page.setViewportSize({ width: Number(width), height: Number(height) });
    const covered = await visitor.page.evaluate(`(() => {
      document.documentElement.style.fontSize = "${fontSize}";
      return [...document.querySelectorAll(".action")].filter((action) => {
        const [doing, behind] = [".doing", ".behind"].map((name) => action.querySelector(name));
        if (!doing || !behind) return false;
        doing.scrollIntoView({ block: "start" });
        scrollBy(0, doing.offsetHeight / 2);
        const [form, others] = [doing, behind].map((each) => each.getBoundingClientRect());
        return form.bottom > others.top + 1 && form.right > others.left + 1 && others.bottom > form.top;
      }).map(({ id }) => id);
    })()`);
    assert.deepEqual(covered, [], `${width} × ${height} at ${fontSize}`);
  }
  await visitor.leave();
});

test("nothing moves: no transition, no animation, no smooth scrolling, whatever the visitor prefers", async () => {
  const visitor = await stage.visit();
  await visitor.press("make");
  const moving = await visitor.page.evaluate(`[...document.querySelectorAll("*")].filter((each) => {
    const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(each);
    return transitionDuration !== "0s" || animationName !== "none" || scrollBehavior !== "auto";
  }).map(({ tagName }) => tagName)`);
  assert.deepEqual(moving, []);
  await visitor.leave();
});

test("the colours are the scheme's", async () => {
  const visitor = await stage.visit({ colorScheme: "dark" });
  const paper = () => visitor.page.evaluate("getComputedStyle(document.body).backgroundColor");
  assert.equal(await paper(), "rgb(21, 22, 20)");
  await visitor.page.emulateMedia({ colorScheme: "light" });
  assert.equal(await paper(), "rgb(251, 250, 247)");
  await visitor.leave();
});
