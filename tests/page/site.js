// @ts-check
// The demo page's folder behind a server of plain files, at a path that is not the root.

import { Buffer } from "node:buffer";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

import { putTogether } from "../../pkg/build/www.js";

const PATH = "/some/path/";

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** @typedef {Awaited<ReturnType<typeof openSite>>} Site */

export async function openSite() {
  const folder = await mkdtemp(join(tmpdir(), "vaultlet-www-"));
  const files = putTogether(folder);
  /** What was sent, compressed, by file. @type {Map<string, Buffer>} */
  const sent = new Map();
  /** What was asked for, in order. @type {string[]} */
  const asked = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = pathname.slice(PATH.length) || "index.html";
    asked.push(file);
    try {
      if (!pathname.startsWith(PATH)) throw new Error("not under the path");
      const body = sent.get(file) ?? gzipSync(await readFile(join(folder, normalize(file))));
      sent.set(file, body);
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-encoding": "gzip" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    folder,
    files,
    asked,
    sent,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
