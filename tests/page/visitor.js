// @ts-check
// Somebody who visits the demo page, in Chromium. Whatever the browser complains of fails the test.

import assert from "node:assert/strict";

import { openChromium } from "../store/engines/chromium.js";
import { openSite } from "./site.js";

/** @import { Browser, Context, Page } from "./page.js" */
/** @import { Site } from "./site.js" */

/** The page's actions, in its order. */
export const ACTIONS = [
  ...["make", "read", "update", "encrypt", "update-encrypted"],
  ...["rotate", "lose", "repeat", "label", "revive"],
];

/** The site and the browser of a test file. */
export async function openStage() {
  const site = await openSite();
  const browser = /** @type {Browser} */ (/** @type {unknown} */ (await openChromium()));
  return {
    site,
    browser,
    /** @param {Parameters<Browser["newContext"]>[0]} [options] */
    visit: async (options) => Visitor.open(site, await browser.newContext(options)),
    async close() {
      await browser.close();
      await site.stop();
    },
  };
}

export class Visitor {
  /** What the browser has complained of. @type {string[]} */
  complaints = [];

  /** @param {Site} site @param {Context} context @param {Page} page */
  constructor(site, context, page) {
    this.site = site;
    this.context = context;
    this.page = page;
    page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("requestfailed", (request) => this.complaints.push(`failed: ${request.url()}`));
    page.on("response", (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.status()}: ${response.url()}`);
    });
  }

  /** @param {Site} site @param {Context} context */
  static async open(site, context) {
    const visitor = new Visitor(site, context, await context.newPage());
    await visitor.page.goto(site.url);
    await visitor.ready();
    return visitor;
  }

  /** Another tab of the same browser. */
  tab() {
    return Visitor.open(this.site, this.context);
  }

  async ready() {
    await this.sees("html[data-ready]");
  }

  /** Waits until the page has such an element. @param {string} selector */
  async sees(selector) {
    await this.page.locator(selector).first().waitFor({ state: "attached" });
  }

  async reload() {
    await this.page.reload();
    await this.ready();
  }

  /** Fails if there was anything to complain of. */
  async leave() {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }

  /** @param {string} action @param {Record<string, string>} values by the names of its fields */
  async type(action, values) {
    for (const [name, value] of Object.entries(values)) {
      const field = this.page.locator(`#${action} form [name=${name}]`);
      const tag = await this.page.evaluate(`document.querySelector("#${action} form [name=${name}]").tagName`);
      if (tag === "SELECT") await field.selectOption(value);
      else await field.fill(value);
    }
  }

  /** Presses an action's button and answers what came of it. @param {string} action */
  async press(action) {
    await this.page.locator(`#${action} .primary`).click();
    return this.result(action);
  }

  /** @param {string} action */
  async result(action) {
    await this.sees(`#${action} .result:not([aria-busy])`);
    return this.page.locator(`#${action} .result`).innerText();
  }

  /** Types, if there is something to type, and presses. @param {string} action @param {Record<string, string>} [values] */
  async act(action, values = {}) {
    await this.type(action, values);
    return this.press(action);
  }

  /** @param {"support" | "analyst" | "nobody"} caller */
  async become(caller) {
    await this.page.locator(`input[value=${caller}]`).check({ force: true });
  }

  /** The token in hand. */
  token() {
    return this.page.locator("#token").inputValue();
  }

  /** All tokens on the desk. @returns {Promise<string[]>} */
  tokens() {
    return this.page.evaluate(`[...document.querySelector("#token").options].map(({ value }) => value)`);
  }

  /** What the vault asked during an action, call by call. @param {string} action @returns {Promise<string[][]>} */
  questions(action) {
    return this.page.evaluate(`
      [...document.querySelectorAll("#${action} .calls ol")].map((list) =>
        [...list.querySelectorAll(".callback")].map(({ textContent }) => textContent))`);
  }

  /** Names and values that an action or a row shows. @param {string} within @returns {Promise<Record<string, string>>} */
  pairs(within) {
    return this.page.evaluate(`
      Object.fromEntries([...document.querySelectorAll(${JSON.stringify(`${within} .pairs div`)})].map((pair) =>
        [pair.querySelector("dt").textContent, pair.querySelector("dd").textContent]))`);
  }

  /** The store's rows, read past the vault, their bytes as text. @returns {Promise<any[]>} */
  rows() {
    return this.page.evaluate(`new Promise((resolve, reject) => {
      const opening = indexedDB.open("vaultlet-demo-rows");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const reading = opening.result.transaction("rows").objectStore("rows").getAll();
        reading.onsuccess = () => {
          opening.result.close();
          resolve(reading.result.map((row) => ({ ...row, sealed: String.fromCharCode(...row.sealed) })));
        };
      };
    })`);
  }

  /** Goes through everything once, so that each part of the page shows something. */
  async seeAll() {
    for (const action of ACTIONS) await this.press(action);
    await this.page.locator("#rows .altering button").first().click();
    await this.page.locator("#rows .refusal").waitFor();
    await this.become("analyst");
    await this.press("read");
    await this.seeAllElse();
  }

  /** What is no action: the chart, and what can be opened. */
  async seeAllElse() {
    await this.page.locator("#speed button").click();
    await this.page.locator(".chart").waitFor({ timeout: 60_000 });
    await this.page.locator(".calls details summary").first().click();
    await this.page.locator(".aside summary").click();
  }
}
