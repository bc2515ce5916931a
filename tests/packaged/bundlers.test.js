// @ts-check
// The installed package through bundlers: for pages, where Chromium runs what comes out, and for Node in one file. And a
// page without any bundler. Vite has a file of its own.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { build } from "esbuild";

import { DONE, filesOf, makeFolder, project, run, tool, unpack } from "./installed.js";
import { html, openBrowser, program, serve, visit } from "./pages.js";

/** Its declarations need those of a browser. @type {string} */
const webpackPackage = "webpack";

/** The package's own address of the wasm is not used where the wasm is handed in. */
const QUIET = /** @type {const} */ ({ "empty-import-meta": "silent" });

/** @type {import("./installed.js").Installed} */
let installed;
/** @type {import("../store/engines/browser.js").Browser} */
let browser;

before(async () => {
  [installed, browser] = await Promise.all([unpack(), openBrowser()]);
});
after(() => browser?.close());

/**
 * Opens a bundle's page in Chromium, from a sub-path of a plain server.
 * @param {string} folder
 */
async function opens(folder) {
  const server = await serve(join(folder, ".."));
  try {
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const { text, complaints } = await visit(browser, `${server.url}${name}/`);
    assert.deepEqual(complaints, []);
    assert.equal(text, DONE);
  } finally {
    await server.stop();
  }
}

/** @param {string} folder @returns {string} the one wasm file in it */
function onlyWasm(folder) {
  const files = filesOf(folder).filter((path) => path.endsWith(".wasm"));
  assert.equal(files.length, 1, files.join(", "));
  const bytes = readFileSync(join(folder, files[0] ?? ""));
  assert(bytes.equals(readFileSync(wasm())), "it is another file");
  return files[0] ?? "";
}

const wasm = () => join(installed.folder, "node_modules", "vaultlet", "wasm", "vaultlet_bg.wasm");

/** @param {string} folder @param {string} path where the bundle has its wasm, for those that do not bring it */
function copyWasm(folder, path) {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  copyFileSync(wasm(), join(folder, path));
}

/**
 * Runs a bundle by itself: in another folder, and without a word of where it was made.
 * @param {string} folder
 * @param {string} name
 */
async function runBundle(folder, name) {
  const away = makeFolder();
  cpSync(join(folder, "dist"), away, { recursive: true });
  assert(!readFileSync(join(away, name), "utf8").includes(installed.folder), "it knows where it was made");
  assert.equal(await run(process.execPath, [name], { cwd: away }), `${DONE}\n`);
}

/**
 * @param {string} folder
 * @param {import("esbuild").BuildOptions} options
 */
async function esbuild(folder, options) {
  const result = await build({ absWorkingDir: folder, entryPoints: ["main.js"], bundle: true, logLevel: "silent", ...options });
  assert.deepEqual(result.warnings, []);
}

/**
 * @param {string} folder
 * @param {object} configuration
 */
async function webpack(folder, configuration) {
  const { default: make } = await import(webpackPackage);
  // It warns of every file over 244 kB.
  const performance = { hints: false };
  const compiler = make({ context: folder, entry: "./main.js", mode: "production", performance, ...configuration });
  /** @type {any} */
  const stats = await new Promise((resolve, reject) =>
    compiler.run((/** @type {unknown} */ error, /** @type {any} */ stats) => (error ? reject(error) : resolve(stats))),
  );
  await new Promise((resolve) => compiler.close(resolve));
  assert.equal(stats.toString({ all: false, errors: true, warnings: true }), "");
}

/** What a bundle says that has no wasm. @param {string} text */
function tellsHow(text) {
  assert.match(text, /^PV1000: the wasm could not be loaded: /);
  assert.match(text, /copy `vaultlet\/vaultlet\.wasm` to `\.\.\/wasm\/vaultlet_bg\.wasm` of the bundle/);
  assert.match(text, /, or hand it in as `openVault\(\{ wasm \}\)`/);
}

/** For Node: what comes out is printed. @param {string} imports @param {string} [given] */
const printing = (imports, given = "") => `${imports}
import { session } from "./session.js";

session(${given}).then(console.log, ({ code, message }) => console.log(code + ": " + message));
`;

describe("bundles for pages", { concurrency: 2 }, () => {
  test("webpack 5, nothing to configure", async () => {
    const folder = project(installed, "webpack-page", { "main.js": program() });
    await webpack(folder, { output: { path: join(folder, "dist"), filename: "main.js" } });
    writeFileSync(join(folder, "dist", "index.html"), html('<script src="main.js"></script>'));
    onlyWasm(join(folder, "dist"));
    await opens(join(folder, "dist"));
  });

  test("esbuild, the wasm copied to `../wasm/` of the bundle", async () => {
    const folder = project(installed, "esbuild-page", { "main.js": program() });
    await esbuild(folder, { format: "esm", minify: true, outfile: "dist/js/main.js" });
    copyWasm(folder, "dist/wasm/vaultlet_bg.wasm");
    writeFileSync(join(folder, "dist", "index.html"), html('<script type="module" src="js/main.js"></script>'));
    onlyWasm(join(folder, "dist"));
    await opens(join(folder, "dist"));
  });

  test("esbuild, the wasm by its loader `file` and handed in, as a module and as a classic script", async () => {
    const imported = 'import wasm from "vaultlet/vaultlet.wasm";';
    for (const [format, script, given] of /** @type {const} */ ([
      ["esm", '<script type="module" src="main.js"></script>', "{ wasm: new URL(wasm, import.meta.url) }"],
      ["iife", '<script src="main.js" defer></script>', "{ wasm: new URL(wasm, document.baseURI) }"],
    ])) {
      const folder = project(installed, `esbuild-file-${format}`, { "main.js": program(imported, given) });
      await esbuild(folder, { format, loader: { ".wasm": "file" }, outdir: "dist", logOverride: QUIET });
      writeFileSync(join(folder, "dist", "index.html"), html(script));
      onlyWasm(join(folder, "dist"));
      await opens(join(folder, "dist"));
    }
  });

  test("Rollup, with `nodeResolve({ browser: true })` and the wasm copied to `../wasm/` of the bundle", async () => {
    const configuration = `
      import { nodeResolve } from "@rollup/plugin-node-resolve";

      export default { input: "main.js", output: { dir: "dist/js" }, plugins: [nodeResolve({ browser: true })] };`;
    const files = { "main.js": program(), "rollup.config.js": configuration };
    const folder = project(installed, "rollup-page", files, ["@rollup/plugin-node-resolve"]);
    await run(process.execPath, [tool("rollup/dist/bin/rollup"), "-c", "--failAfterWarnings"], { cwd: folder });
    copyWasm(folder, "dist/wasm/vaultlet_bg.wasm");
    writeFileSync(join(folder, "dist", "index.html"), html('<script type="module" src="js/main.js"></script>'));
    onlyWasm(join(folder, "dist"));
    await opens(join(folder, "dist"));
  });

  test("without the wasm a bundle says so, and how it is mended: esbuild, as a module and as a classic script; Rollup", async () => {
    const rollup = `
      import { nodeResolve } from "@rollup/plugin-node-resolve";

      export default { input: "main.js", output: { file: "dist/js/main.js" }, plugins: [nodeResolve({ browser: true })] };`;
    /** @type {Record<string, (folder: string) => Promise<unknown>>} */
    const bundlers = {
      "esbuild-esm": (folder) => esbuild(folder, { format: "esm", outfile: "dist/js/main.js" }),
      "esbuild-iife": (folder) => esbuild(folder, { format: "iife", outfile: "dist/js/main.js", logOverride: QUIET }),
      rollup: (folder) => run(process.execPath, [tool("rollup/dist/bin/rollup"), "-c"], { cwd: folder }),
    };
    for (const [name, make] of Object.entries(bundlers)) {
      const files = { "main.js": program(), "rollup.config.js": rollup };
      const folder = project(installed, `without-${name}`, files, ["@rollup/plugin-node-resolve"]);
      await make(folder);
      writeFileSync(join(folder, "dist", "index.html"), html('<script type="module" src="js/main.js"></script>'));
      const server = await serve(join(folder, "dist"));
      const { text } = await visit(browser, server.url).finally(server.stop);
      tellsHow(text);
    }
  });

  test("no bundler: an import map, under a policy that allows no inline script and no compiling but of wasm", async () => {
    const map = JSON.stringify({
      imports: {
        vaultlet: "../node_modules/vaultlet/index.js",
        "vaultlet/store/memory": "../node_modules/vaultlet/store/memory.js",
        "#module": "../node_modules/vaultlet/module/fetch.js",
      },
    });
    const hash = createHash("sha256").update(map).digest("base64");
    const csp = `<meta http-equiv="content-security-policy" content="default-src 'self'; img-src data:; script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'">`;
    const head = `${csp}<script type="importmap">${map}</script>`;
    const page = html('<script type="module" src="main.js"></script>', head);
    const folder = project(installed, "plain-page", { "main.js": program(), "index.html": page });
    await opens(folder);
  });
});

describe("bundles for Node", { concurrency: 2 }, () => {
  test("esbuild, one file with the wasm in it, as a module and as CommonJS", async () => {
    const files = { "main.js": printing('import wasm from "vaultlet/vaultlet.wasm";', "{ wasm }") };
    const folder = project(installed, "esbuild-node", files);
    for (const [format, name] of /** @type {const} */ ([["esm", "main.mjs"], ["cjs", "main.cjs"]])) {
      rmSync(join(folder, "dist"), { recursive: true, force: true });
      await esbuild(folder, { platform: "node", target: "node20", format, loader: { ".wasm": "binary" }, outfile: `dist/${name}`, logOverride: QUIET });
      assert.deepEqual(filesOf(join(folder, "dist")), [name]);
      await runBundle(folder, name);
    }
  });

  test("esbuild, the wasm beside the bundle, and handed in by its address", async () => {
    const files = { "main.js": printing('import wasm from "vaultlet/vaultlet.wasm";', "{ wasm: new URL(wasm, import.meta.url) }") };
    const folder = project(installed, "esbuild-node-file", files);
    await esbuild(folder, { platform: "node", format: "esm", loader: { ".wasm": "file" }, outdir: "dist", outExtension: { ".js": ".mjs" } });
    onlyWasm(join(folder, "dist"));
    await runBundle(folder, "main.mjs");
  });

  test("webpack 5, nothing to configure", async () => {
    const folder = project(installed, "webpack-node", { "main.js": printing("") });
    const output = { path: join(folder, "dist"), filename: "main.mjs", module: true, chunkFormat: "module", library: { type: "module" } };
    await webpack(folder, { target: "node20", output, experiments: { outputModule: true } });
    onlyWasm(join(folder, "dist"));
    await runBundle(folder, "main.mjs");
  });

  test("Rollup, one file, and the wasm read from beside it", async () => {
    const configuration = `
      import { nodeResolve } from "@rollup/plugin-node-resolve";

      export default { input: "main.js", output: { file: "dist/main.mjs" }, external: /^node:/, plugins: [nodeResolve()] };`;
    const given = '{ wasm: readFile(new URL("vaultlet.wasm", import.meta.url)) }';
    const files = { "main.js": printing('import { readFile } from "node:fs/promises";', given), "rollup.config.js": configuration };
    const folder = project(installed, "rollup-node", files, ["@rollup/plugin-node-resolve"]);
    await run(process.execPath, [tool("rollup/dist/bin/rollup"), "-c", "--failAfterWarnings"], { cwd: folder });
    copyWasm(folder, "dist/vaultlet.wasm");
    assert.deepEqual(filesOf(join(folder, "dist")).sort(), ["main.mjs", "vaultlet.wasm"]);
    await runBundle(folder, "main.mjs");
  });

  test("without the wasm a bundle says so, and how it is mended: esbuild, as a module and as CommonJS; Rollup", async () => {
    const rollup = `
      import { nodeResolve } from "@rollup/plugin-node-resolve";

      export default { input: "main.js", output: { file: "dist/js/main.mjs" }, external: /^node:/, plugins: [nodeResolve()] };`;
    const common = /** @type {const} */ ({ platform: "node", target: "node20" });
    /** @type {Record<string, (folder: string) => Promise<unknown>>} */
    const bundlers = {
      "main.mjs": (folder) => esbuild(folder, { ...common, format: "esm", outfile: "dist/js/main.mjs" }),
      "main.cjs": (folder) => esbuild(folder, { ...common, format: "cjs", outfile: "dist/js/main.cjs", logOverride: QUIET }),
      rollup: (folder) => run(process.execPath, [tool("rollup/dist/bin/rollup"), "-c"], { cwd: folder }),
    };
    for (const [name, make] of Object.entries(bundlers)) {
      const files = { "main.js": printing(""), "rollup.config.js": rollup };
      const folder = project(installed, `node-without-${name}`, files, ["@rollup/plugin-node-resolve"]);
      await make(folder);
      const file = name === "rollup" ? "main.mjs" : name;
      tellsHow(await run(process.execPath, [join("dist", "js", file)], { cwd: folder }));
    }
  });
});
