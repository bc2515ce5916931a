// @ts-check
// The installed package in Vite, in all versions that are about: its server for development, and what it builds. All of
// it in Chromium.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";

import { freePort } from "../store/engines/free-port.js";
import { DONE, filesOf, project, root, run, tool, unpack } from "./installed.js";
import { html, openBrowser, program, serve, visit } from "./pages.js";

/** @type {import("./installed.js").Installed} */
let installed;
/** @type {import("../store/engines/browser.js").Browser} */
let browser;

before(async () => {
  [installed, browser] = await Promise.all([unpack(), openBrowser()]);
});
after(() => browser?.close());

/** What Vite 5 to 7 need to serve it while it is developed, and the error without it names. */
const EXCLUDE = 'optimizeDeps: { exclude: ["vaultlet"] }';

const files = {
  "main.js": program(),
  "index.html": html('<script type="module" src="/main.js"></script>'),
};

const inWorker = {
  "main.js": `
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => (document.body.textContent = data));`,
  "worker.js": 'import { session } from "./session.js";\nsession().then(postMessage, ({ message }) => postMessage(message));',
  "index.html": files["index.html"],
  "vite.config.js": 'export default { worker: { format: "es" } };',
};

/** @param {string} alias @param {number} major */
function viteOf(alias, major) {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules", alias, "package.json"), "utf8"));
  assert.equal(Number(version.split(".")[0]), major);
  return tool(`${alias}/bin/vite.js`);
}

/**
 * A project with the package in a folder of its own: Vite serves nothing from outside of a project.
 * @param {string} name
 * @param {Record<string, string>} files
 */
function viteProject(name, files) {
  const folder = project(installed, name, files);
  cpSync(join(installed.folder, "node_modules", "vaultlet"), join(folder, "node_modules", "vaultlet"), { recursive: true });
  return folder;
}

/**
 * What the page writes that a command of Vite serves.
 * @param {string} vite
 * @param {string} folder
 * @param {string[]} command
 */
async function served(vite, folder, ...command) {
  const port = await freePort();
  const args = [vite, ...command, "--host", "127.0.0.1", "--port", String(port), "--strictPort", "--logLevel", "warn"];
  const server = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  server.stdout.on("data", (chunk) => (said += chunk));
  server.stderr.on("data", (chunk) => (said += chunk));
  const ended = new Promise((resolve) => server.on("exit", resolve));
  try {
    const url = `http://127.0.0.1:${port}/`;
    for (let tries = 0; !(await fetch(url).then(({ ok }) => ok, () => false)); tries += 1) {
      assert(tries < 1_200 && server.exitCode === null, `the server did not start: ${said}`);
      await wait(100);
    }
    return await visit(browser, url);
  } finally {
    server.kill();
    await ended;
  }
}

/** @param {string} vite @param {string} folder */
async function builds(vite, folder) {
  await run(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: folder });
  const wasm = filesOf(join(folder, "dist")).filter((path) => path.endsWith(".wasm"));
  assert.equal(wasm.length, 1, wasm.join(", "));
}

/** @param {{ text: string, complaints: string[] }} page */
function wentWell({ text, complaints }) {
  assert.deepEqual(complaints, []);
  assert.equal(text, DONE);
}

describe("Vite", { concurrency: 2 }, () => {
  test("8: the server for development, nothing to configure", async () => {
    wentWell(await served(viteOf("vite", 8), viteProject("vite-8-dev", files)));
  });

  test("8: build and preview, nothing to configure", async () => {
    const folder = viteProject("vite-8-build", files);
    await builds(viteOf("vite", 8), folder);
    wentWell(await served(viteOf("vite", 8), folder, "preview"));
  });

  test("8: in a web worker, built, from a server of plain files", async () => {
    const folder = viteProject("vite-8-worker", inWorker);
    await builds(viteOf("vite", 8), folder);
    const server = await serve(join(folder, "dist"));
    wentWell(await visit(browser, server.url).finally(server.stop));
  });

  for (const major of [5, 6, 7]) {
    test(`${major}: the server for development, with the line that it needs, which the error without it names`, async () => {
      const vite = viteOf(`vite-${major}`, major);
      const { text } = await served(vite, viteProject(`vite-${major}-without`, files));
      assert.match(text, /^PV1000: /);
      assert(text.includes("`optimizeDeps.exclude: [\"vaultlet\"]`"), text);
      const configuration = { "vite.config.js": `export default { ${EXCLUDE} };` };
      wentWell(await served(vite, viteProject(`vite-${major}-with`, { ...files, ...configuration })));
    });

    test(`${major}: build and preview, nothing to configure`, async () => {
      const vite = viteOf(`vite-${major}`, major);
      const folder = viteProject(`vite-${major}-build`, files);
      await builds(vite, folder);
      wentWell(await served(vite, folder, "preview"));
    });
  }
});
