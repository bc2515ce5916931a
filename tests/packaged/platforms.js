// @ts-check
// How a project gets onto the platforms that compile nothing from bytes.

import assert from "node:assert/strict";
import { join } from "node:path";

import { build } from "esbuild";

/** Its declarations need those of a whole Workers project. @type {string} */
const miniflare = "miniflare";

/**
 * Bundles a Worker into `dist/`, the wasm with it, and starts it in workerd.
 * @param {string} folder
 * @param {string} entry
 * @param {object} [bindings] options of miniflare
 * @param {import("esbuild").Loader} [loader] of the wasm
 * @returns {Promise<{ ready: Promise<URL>, dispatchFetch(url: string): Promise<Response>, dispose(): Promise<void> }>}
 */
export async function startWorker(folder, entry, bindings = {}, loader = "copy") {
  const { warnings } = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": loader },
    outdir: "dist",
    logLevel: "silent",
  });
  assert.deepEqual(warnings, []);
  const { Miniflare } = await import(miniflare);
  return new Miniflare({
    modules: true,
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
    ],
    modulesRoot: join(folder, "dist"),
    scriptPath: join(folder, "dist", entry.replace(/\.ts$/, ".js")),
    compatibilityDate: "2026-04-01",
    ...bindings,
  });
}

/**
 * As Next.js bundles for Vercel's edge: what is imported from `.wasm?module` is a global, `wasm_of_the_platform`, which
 * the platform has compiled.
 * @param {string[]} [compiled] gets the paths of the files that were so imported
 * @returns {import("esbuild").Plugin}
 */
export const wasmOfThePlatform = (compiled = []) => ({
  name: "wasm as Next.js has it",
  setup(build) {
    build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace("?module", "")),
      namespace: "compiled",
    }));
    build.onLoad({ filter: /./, namespace: "compiled" }, ({ path }) => {
      compiled.push(path);
      return { contents: "module.exports = wasm_of_the_platform;" };
    });
  },
});
