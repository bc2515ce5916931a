// @ts-check
// The two browsers: how each starts, and what a page of `file-server.js` comes to in it.

import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";

import { openChromium } from "../store/engines/chromium.js";
import { programAt } from "./expected.js";
import { puppeteer } from "./untyped.js";

function openFirefox() {
  const executablePath = programAt(process.env["FIREFOX"] ?? "/usr/bin/firefox-esr", "run `apt-get install firefox-esr`");
  return puppeteer.launch({ browser: "firefox", executablePath, headless: true });
}

/** @type {Record<"Chromium" | "Firefox", () => Promise<any>>} */
export const browsers = { Chromium: openChromium, Firefox: openFirefox };

const PATIENCE_MS = 200_000;

/**
 * By its title: in a page whose policy refuses `eval`, drivers evaluate nothing.
 * @param {any} browser
 * @param {string} url
 * @returns {Promise<{ ran: number, failed: string[], by: string }>}
 */
export async function resultAt(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  for (const end = Date.now() + PATIENCE_MS; ; await wait(100)) {
    const title = await page.title();
    if (title.startsWith("{")) return JSON.parse(title);
    assert(Date.now() < end, `nothing came of ${url}`);
  }
}
