// @ts-check
// What a user of the package gets to download: its files, what it says of itself, and what the linters of packages
// find.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { before, test } from "node:test";

import { build } from "esbuild";

import { filesOf, root, run, tool, unpack } from "./installed.js";

/** @type {import("./installed.js").Installed} */
let installed;
/** The package's folder, as installed. */
let folder = "";
/** @type {string[]} */
let files = [];
/** @type {any} */
let about;

before(async () => {
  installed = await unpack();
  folder = join(installed.folder, "node_modules", "vaultlet");
  files = filesOf(folder);
  about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
});

/** The paths in an entry of `exports` or `imports`, however deep its conditions go. @type {(entry: any) => string[]} */
const pathsOf = (entry) => (typeof entry === "string" ? [entry] : Object.values(entry).flatMap(pathsOf));

test("every file that an entry names is in it, the wasm once, and nothing of tests or of the build", () => {
  const named = pathsOf({ ...about.exports, ...about.imports }).filter((path) => path.startsWith("./"));
  assert(named.length > 10, `${named.length} files are named`);
  for (const path of named) assert(files.includes(path.slice(2)), path);
  assert.deepEqual(files.filter((path) => path.endsWith(".wasm")), ["wasm/vaultlet_bg.wasm"]);
  const unknown = files.filter((path) => !/^(?:[\w/.-]+\.(?:js|d\.ts|md|wasm)|package\.json|LICENSE)$/.test(path) || /(?:^|\/)\./.test(path));
  assert.deepEqual(unknown, []);
  assert.deepEqual(files.filter((path) => path.startsWith("build/")), []);
});

test("every module of the package is in it", () => {
  const sources = filesOf(join(root, "pkg")).filter((path) => /\.(?:js|ts)$/.test(path) && !path.startsWith("build/"));
  assert.deepEqual(sources.filter((path) => !files.includes(path)), []);
});

test("every entry but the wasm and the description has declarations, which come first", () => {
  for (const [name, entry] of Object.entries(about.exports)) {
    if (typeof entry === "string" && /\.(?:wasm|json)$/.test(entry)) continue;
    assert.equal(Object.keys(/** @type {any} */ (entry))[0], "types", name);
  }
});

test("the documents are in it, and every link in them leads to a file of the package", () => {
  const documents = files.filter((path) => path.endsWith(".md"));
  for (const path of ["README.md", "SECURITY.md", "CHANGELOG.md", "docs/api.md", "docs/errors.md"]) {
    assert(documents.includes(path), path);
  }
  for (const path of documents) {
    const text = readFileSync(join(folder, path), "utf8").replace(/^```.*?^```$/gms, "");
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:https:|#)/.test(target)) continue;
      const file = posix.join(dirname(path), target.replace(/#.*/, ""));
      assert(files.includes(file), `${path}: ${target}`);
    }
  }
});

test("the licence is the project's", () => {
  assert.equal(readFileSync(join(folder, "LICENSE"), "utf8"), readFileSync(join(root, "LICENSE"), "utf8"));
});

test("`error_url` names a file of the package, and a place in it", async () => {
  const code = `
    import { openVault } from "vaultlet";
    await openVault({}).catch(({ body }) => console.log(body.error_url));`;
  const printed = await run(process.execPath, ["--input-type=module", "-e", code], { cwd: installed.folder });
  const [file = "", anchor = ""] = printed.trim().split("#");
  assert(files.includes(file), printed);
  assert(readFileSync(join(folder, file), "utf8").includes(`<a id="${anchor}"></a>`), anchor);
});

test("it says of itself what a registry shows, and invents no address", () => {
  assert.equal(about.name, "vaultlet");
  assert.equal(about.license, "Apache-2.0");
  assert.equal(about.sideEffects, false);
  assert.equal(about.type, "module");
  assert.deepEqual(about.engines, { node: ">=20" });
  assert(about.description.length > 20);
  assert(about.keywords.length >= 5);
  for (const name of ["repository", "homepage", "bugs", "author"]) assert.equal(about[name], undefined, name);
});

test("the core entry imports no other package", async () => {
  const stdin = { contents: 'export * from "vaultlet";', resolveDir: installed.folder };
  const { metafile } = await build({ stdin, bundle: true, format: "esm", platform: "node", metafile: true, write: false, absWorkingDir: installed.folder });
  const modules = Object.keys(metafile.inputs).filter((path) => path !== "<stdin>");
  assert(modules.length > 5, `${modules}`);
  assert.deepEqual(modules.filter((path) => !path.startsWith("node_modules/vaultlet/")), []);
});

test("publint finds nothing", async () => {
  const printed = await run(process.execPath, [tool("publint/src/cli.js"), "run", "--strict", installed.tarball], { cwd: root });
  assert.match(printed, /All good!/);
});

test("attw finds nothing, in the profile of packages that are modules only", async () => {
  const wasm = Object.keys(about.exports).filter((name) => name.endsWith(".wasm")).map((name) => name.slice(2));
  const left = wasm.length > 0 ? ["--exclude-entrypoints", ...wasm] : [];
  const args = [tool("@arethetypeswrong/cli/dist/index.js"), "--profile", "esm-only", "--format", "json", installed.tarball, ...left];
  const answer = JSON.parse(await run(process.execPath, args, { cwd: root }));
  const entries = Object.keys(about.exports).length - wasm.length;
  assert.equal(Object.keys(answer.analysis.entrypoints).length, entries);
});

test("docs/runtimes.md names the versions that the tests run", () => {
  const page = readFileSync(join(folder, "docs", "runtimes.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| ")).map((line) => line.split("|").map((cell) => cell.trim()));
  const versionOf = (/** @type {string} */ name) => JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
  /** The package for each row; those of Node, browsers and no bundler are held by the tests themselves. @type {Record<string, string[]>} */
  const packages = {
    Deno: ["deno"],
    Bun: ["bun"],
    "Cloudflare Workers (workerd)": ["miniflare"],
    "Vercel's edge (edge-runtime)": ["edge-runtime"],
    Vite: ["vite", "vite-5", "vite-6", "vite-7"],
    webpack: ["webpack"],
    Rollup: ["rollup"],
    esbuild: ["esbuild"],
  };
  for (const [label, names] of Object.entries(packages)) {
    const said = rows.filter(([, name]) => name === label).flatMap(([, , versions = ""]) => versions.match(/\d+(?:\.\d+)?/g) ?? []);
    assert(said.length > 0, label);
    const versions = names.map(versionOf);
    for (const version of said) assert(versions.some((found) => `${found}.`.startsWith(`${version}.`)), `${label} ${version}`);
    for (const found of versions) assert(said.some((version) => `${found}.`.startsWith(`${version}.`)), `${label} ${found} is not named`);
  }
});

test("the copies that packing makes are not the checkout's", async () => {
  const paths = ["README.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", "docs/errors.md"].map((path) => `pkg/${path}`);
  for (const path of paths) assert(existsSync(join(root, path)), path);
  assert.equal((await run("git", ["ls-files", ...paths], { cwd: root })).trim(), "");
  await run("git", ["check-ignore", ...paths], { cwd: root });
});
