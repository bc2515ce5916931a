// @ts-check
// Serves the package and the tests as they lie there, and a page that imports them without a bundler.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

import { root } from "./expected.js";

const types = new Map([[".js", "text/javascript"], [".json", "application/json"], [".wasm", "application/wasm"]]);

const imports = {
  vaultlet: "/pkg/index.js",
  "vaultlet/store/memory": "/pkg/store/memory.js",
  // What the package imports by a name of its own: the loader for where nothing else is known.
  "#module": "/pkg/module/fetch.js",
};

const page = `<!doctype html>
<title>The suite</title>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
  const unhandled = [];
  addEventListener("unhandledrejection", ({ reason }) => unhandled.push("unhandled: " + reason));
  try {
    const { runSuite } = await import("/tests/suite/suite.js");
    const { world } = await import("/tests/runtimes/world.js");
    const { ran, failed } = await runSuite(world);
    globalThis.result = { ran, failed: [...failed, ...unhandled], by: navigator.userAgent };
  } catch (error) {
    globalThis.result = { ran: 0, failed: [String(error)], by: navigator.userAgent };
  }
</script>`;

/** On a free port of this machine. */
export async function serveFiles() {
  const server = createServer(async ({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    if (pathname === "/") return void response.setHeader("content-type", "text/html").end(page);
    const type = types.get(extname(pathname));
    if (type === undefined || !/^\/(?:pkg|tests)\//.test(pathname)) return void response.writeHead(404).end();
    try {
      response.setHeader("content-type", type).end(await readFile(`${root}${pathname.slice(1)}`));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    // WebCrypto is there for `localhost` alone, or over TLS.
    address: `http://localhost:${port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
