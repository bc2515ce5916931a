// @ts-check
// The folder that `npm run www` makes: what the page's policy for its content lets through, and that nothing is missing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { after, before, test } from "node:test";

import { root } from "../../pkg/build/command.js";
import { openSite } from "./site.js";

/** @type {Awaited<ReturnType<typeof openSite>>} */
let site;
/** @type {string} */
let html;
before(async () => {
  site = await openSite();
  html = read("index.html");
});
after(() => site?.stop());

/** @param {string} file */
const read = (file) => readFileSync(join(site.folder, file), "utf8");

/** @returns {Record<string, string[]>} */
function contentPolicy() {
  const content = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1] ?? "";
  return Object.fromEntries(
    content.split(";").map((directive) => {
      const [name = "", ...sources] = directive.trim().split(/\s+/);
      return [name, sources];
    }),
  );
}

const importMap = () => /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? "";

test("scripts come from the page's own files, and from the import map by its hash; nothing else comes from elsewhere", () => {
  const hash = createHash("sha256").update(importMap()).digest("base64");
  assert.deepEqual(contentPolicy(), {
    "default-src": ["'none'"],
    "script-src": ["'self'", "'wasm-unsafe-eval'", `'sha256-${hash}'`],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "require-trusted-types-for": ["'script'"],
  });
  const [before = ""] = html.split("http-equiv");
  assert(!/<(script|link|style)/.test(before), "something comes before the policy, and is not under it");
});

test("the import map names what the package's own `exports` and `imports` name for browsers", () => {
  const { exports, imports } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));
  const map = JSON.parse(importMap()).imports;
  for (const [name, target] of Object.entries(map)) {
    const entry = name.startsWith("#") ? imports[name] : exports[name.replace(/^vaultlet/, ".")];
    assert.equal(target, `./vaultlet/${entry.default.replace(/^\.\//, "")}`, name);
  }
});

test("every file that one of them names is there, by a path from its own", () => {
  const named = [...html.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map(([, path = ""]) => ["index.html", path]);
  const map = JSON.parse(importMap()).imports;
  for (const file of site.files.filter((file) => file.endsWith(".js"))) {
    const { length } = named;
    for (const [, from = ""] of read(file).matchAll(/^(?:import|[^;"]*\bfrom) "([^"]+)";$/gm)) {
      named.push([file, map[from] === undefined ? from : posix.relative(dirname(file), posix.normalize(map[from]))]);
    }
    if (file === "main.js") assert(named.length > length + 10, "the imports were not found");
  }
  for (const [file = "", path = ""] of named) {
    assert(!/^(\/|[a-z]+:)/.test(path), `${file} names ${path}`);
    const meant = posix.normalize(posix.join(dirname(file), path));
    assert(site.files.includes(meant), `${file} names ${path}, which is not there`);
  }
});

test("a checkout that nothing was packed in has all that it takes", (context) => {
  const checkout = mkdtempSync(join(tmpdir(), "vaultlet-checkout-"));
  context.after(() => rmSync(checkout, { recursive: true }));
  const listed = execFileSync("git", ["ls-files", "-z", "LICENSE", "package.json", "pkg", "www"], { cwd: root, encoding: "utf8" });
  // What the set-up makes, and nothing else that git ignores.
  const wasm = readdirSync(join(root, "pkg", "wasm")).map((name) => `pkg/wasm/${name}`);
  for (const path of [...listed.split("\0").filter(Boolean), ...wasm]) cpSync(join(root, path), join(checkout, path));
  execFileSync(process.execPath, [join("pkg", "build", "www.js")], { cwd: checkout });
  const made = readdirSync(join(checkout, "target", "www"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.equal(made.length, site.files.length);
});

test("what is not for browsers is not in it", () => {
  const ours = /tsconfig|\.d\.ts$|package\.json$|node_modules|vaultlet\/(bin|build|testing)/;
  assert.deepEqual(site.files.filter((file) => ours.test(file)), []);
  assert(site.files.includes("vaultlet/LICENSE"));
});
