// @ts-check
// The suite in Firefox: a plain page, an import map, no bundler.

import { test } from "node:test";

import { allHold, programAt } from "./expected.js";
import { serveFiles } from "./file-server.js";
import { puppeteer } from "./untyped.js";

test("Firefox", async (context) => {
  const executablePath = programAt("/usr/bin/firefox-esr", "run `apt-get install firefox-esr`");
  const server = await serveFiles();
  const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
  try {
    const page = await browser.newPage();
    await page.goto(server.address);
    const found = await page.waitForFunction("globalThis.result", { timeout: 200_000 });
    allHold(context, { .../** @type {any} */ (await found.jsonValue()), by: await browser.version() });
  } finally {
    await browser.close();
    server.close();
  }
});
