// @ts-check
// The suite in Chromium: a plain page, an import map, no bundler.

import { test } from "node:test";

import { allHold, programAt } from "./expected.js";
import { serveFiles } from "./file-server.js";
import { chromium } from "./untyped.js";

test("Chromium", async (context) => {
  const executablePath = programAt("/usr/bin/chromium", "run `apt-get install chromium`");
  const server = await serveFiles();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  try {
    const page = await browser.newPage();
    await page.goto(server.address);
    const found = await page.waitForFunction("globalThis.result", undefined, { timeout: 200_000 });
    allHold(context, { .../** @type {any} */ (await found.jsonValue()), by: `Chromium ${browser.version()}` });
  } finally {
    await browser.close();
    server.close();
  }
});
