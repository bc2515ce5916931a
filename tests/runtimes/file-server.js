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

/** A page with a module whose result becomes the page's title, as JSON. @param {string} program @param {string} [head] */
const pageOf = (program, head = "") => `<!doctype html>
<title>The suite</title>
${head}<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
  const unhandled = [];
  addEventListener("unhandledrejection", ({ reason }) => unhandled.push("unhandled: " + reason));
  const run = async () => {${program}};
  const { ran, failed } = await run().catch((error) => ({ ran: 0, failed: [String(error)] }));
  document.title = JSON.stringify({ ran, failed: [...failed, ...unhandled], by: navigator.userAgent });
</script>`;

/** What each page runs. @type {Record<string, string>} */
const pages = {
  "/": pageOf(`
    const { runSuite } = await import("/tests/suite/suite.js");
    const { world } = await import("/tests/runtimes/world.js");
    return runSuite(world);`),
  "/given": pageOf(`
    const { tryGiven } = await import("/tests/runtimes/given.js");
    const bytes = new Uint8Array(await (await fetch("/pkg/wasm/vaultlet_bg.wasm")).arrayBuffer());
    const other = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    return tryGiven({ bytes, module: await WebAssembly.compile(bytes), other }, "compiles");`),
  "/refused": pageOf(
    `
    const { tryRefused } = await import("/tests/runtimes/given.js");
    return tryRefused(await (await fetch("/pkg/wasm/vaultlet_bg.wasm")).arrayBuffer());`,
    // What wasm needs is missing.
    `<meta http-equiv="content-security-policy" content="script-src 'self' 'unsafe-inline'">`,
  ),
};

/** On a free port of this machine. */
export async function serveFiles() {
  const server = createServer(async ({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const page = pages[pathname];
    if (page !== undefined) return void response.setHeader("content-type", "text/html").end(page);
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
