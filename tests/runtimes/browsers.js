// @ts-check
// The two browsers: how each starts, and what a page of `file-server.js` comes to in it.

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
 * @param {any} browser
 * @param {string} url
 * @returns {Promise<{ ran: number, failed: string[], by: string }>}
 */
export async function resultAt(browser, url) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(url);
  const found = await page.waitForFunction("globalThis.result");
  return found.jsonValue();
}
