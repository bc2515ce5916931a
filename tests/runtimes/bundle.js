// @ts-check
// The suite as one file, for runtimes that take no folder of modules. The wasm is left to the loader that the conditions
// pick: it is handed to the runtime as its bundlers do.

import { build } from "esbuild";

import { root } from "./expected.js";

/**
 * @param {string} entry the text of a module in `tests/runtimes/`
 * @param {{ conditions: string[], format: "esm" | "iife", wasm: import("esbuild").OnLoadResult | "external", external?: string[] }} how
 */
export async function bundle(entry, { conditions, format, wasm, external = [] }) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry, resolveDir: `${root}tests/runtimes`, sourcefile: "entry.js" },
    bundle: true,
    write: false,
    metafile: true,
    outdir: "out",
    format,
    conditions,
    external,
    plugins: [
      {
        name: "wasm",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\/vaultlet_bg\.wasm(\?module)?$|^vaultlet\/vaultlet\.wasm$/ }, () =>
            wasm === "external" ? { path: "./vaultlet.wasm", external: true } : { path: "vaultlet.wasm", namespace: "wasm" },
          );
          if (wasm !== "external") onLoad({ filter: /.*/, namespace: "wasm" }, () => wasm);
        },
      },
    ],
  });
  return { text: String(outputFiles[0]?.text), loaders: Object.keys(metafile.inputs).filter((path) => path.startsWith("pkg/module/")) };
}
