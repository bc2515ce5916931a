// @ts-check
// The suite in Firefox: a plain page, an import map, no bundler.

import { test } from "node:test";

import { browsers, resultAt } from "./browsers.js";
import { allHold } from "./expected.js";
import { serveFiles } from "./file-server.js";

test("Firefox", async (context) => {
  const browser = await browsers.Firefox();
  const server = await serveFiles();
  try {
    allHold(context, { ...(await resultAt(browser, server.address)), by: await browser.version() });
  } finally {
    await browser.close();
    server.close();
  }
});
