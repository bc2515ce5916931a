// @ts-check
// A browser for tests, and a server of plain files for it.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** By a name that the type check does not follow: `browser.d.ts`. @type {string} */
const playwright = "playwright-core";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const TYPES = /** @type {Record<string, string>} */ ({ ".js": "text/javascript", ".html": "text/html", ".wasm": "application/wasm" });

const FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-popup-blocking";

/** @returns {Promise<import("./browser.js").Browser>} */
export async function openChromium() {
  const { chromium } = await import(playwright);
  return chromium
    .launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: FLAGS.split(" ") })
    .catch((/** @type {unknown} */ cause) => {
      throw new Error("Chromium did not start: `apt-get install chromium` brings it", { cause });
    });
}

/**
 * Serves the project's files on a free port, and one page of its own at `/`.
 * @param {string} page HTML
 */
export async function serveFiles(page) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = path === "/" ? undefined : join(root, normalize(path));
    const type = file === undefined ? "text/html" : (TYPES[extname(file)] ?? "application/octet-stream");
    try {
      const body = file === undefined ? page : await readFile(file);
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, stop: () => new Promise((resolve) => server.close(resolve)) };
}
