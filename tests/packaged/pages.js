// @ts-check
// What a page of a project does in Chromium: whether it writes what `session.js` answers, and complains of nothing.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import { openChromium } from "../store/engines/chromium.js";

/** @import { Browser } from "../store/engines/browser.js" */

/**
 * A page's program: what comes of it is written into the page.
 * @param {string} [imports]
 * @param {string} [given] what is handed to `openVault`
 */
export const program = (imports = "", given = "") => `${imports}
import { session } from "./session.js";

session(${given}).then(
  (text) => (document.body.textContent = text),
  (error) => (document.body.textContent = \`\${error.code}: \${error.message}\`),
);
`;

/**
 * @param {string} body
 * @param {string} [head]
 */
export const html = (body, head = "") => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A project</title><link rel="icon" href="data:,">${head}</head>
<body>${body}</body>
</html>
`;

const TYPES = /** @type {Record<string, string>} */ ({ ".js": "text/javascript", ".html": "text/html", ".wasm": "application/wasm" });

/**
 * Serves a folder on a free port, as any server of plain files does.
 * @param {string} folder
 */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(folder, normalize(path.endsWith("/") ? `${path}index.html` : path));
    try {
      const body = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html>not found");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}/`, stop };
}

/** @returns {Promise<Browser>} */
export const openBrowser = () => openChromium();

/**
 * What a page writes, and what it complains of.
 * @param {Browser} browser
 * @param {string} url
 */
export async function visit(browser, url) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    /** @type {any} */ (page).on("console", (/** @type {{ type(): string, text(): string }} */ message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(url);
    // Not by a function to wait for, which is evaluated again and again: a page's policy may forbid that.
    await /** @type {any} */ (page).locator("body", { hasText: /\S/ }).waitFor({ state: "attached" }).catch((/** @type {Error} */ cause) => {
      throw new Error(`nothing was written; complaints: ${complaints.join("; ")}`, { cause });
    });
    const text = await page.evaluate(() => /** @type {any} */ (globalThis).document.body.textContent);
    return { text: String(text).trim(), complaints };
  } finally {
    await /** @type {any} */ (context).close();
  }
}
