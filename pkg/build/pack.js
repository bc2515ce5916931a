// @ts-check
// Puts what npm packs beside the code into the package's folder: the documents, the licence, and a wasm that is made
// from the sources as they are. npm runs it before it packs. The copies are git-ignored.

import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

import { SetupError, root } from "./command.js";
import { checkRust } from "./rust.js";
import { buildWasm } from "./wasm.js";

const folder = join(root, "pkg");
const documents = ["README.md", "SECURITY.md", "CHANGELOG.md", ...documentsIn("docs")];
const packed = new Set([...documents, "LICENSE"]);

/** @param {string} name a folder's, in the top folder */
function documentsIn(name) {
  return readdirSync(join(root, name), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `${name}/${path.replaceAll("\\", "/")}`);
}

/**
 * A document as it reads in the package, whose top folder is `pkg/`. A link to what is not packed becomes its text.
 * @param {string} path from the top folder
 */
function rewrite(path) {
  const here = posix.dirname(path);
  return readFileSync(join(root, path), "utf8").replace(/\[([^\]]*)\]\(([^)\s]+)\)/g, (link, words, target) => {
    if (/^(?:https:|#)/.test(target)) return link;
    const named = posix.join(here, target);
    if (packed.has(named.replace(/#.*/, ""))) return link;
    if (!named.startsWith("pkg/")) return words;
    return `[${words.replace("pkg/", "")}](${posix.relative(here, named.slice("pkg/".length))})`;
  });
}

/**
 * Writes a file where it differs, and in one step, for several processes may pack at once.
 * @param {string} path in the package
 * @param {string} text
 */
function write(path, text) {
  const file = join(folder, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  // In a folder that is not packed.
  const fresh = join(folder, "build", `.${process.pid}`);
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}

/** What an earlier packing has copied, and is no more. */
function removeStrays() {
  if (!existsSync(join(folder, "docs"))) return;
  for (const path of readdirSync(join(folder, "docs"), { recursive: true, encoding: "utf8" })) {
    const known = documents.some((document) => document.startsWith(`docs/${path.replaceAll("\\", "/")}`));
    if (!known) rmSync(join(folder, "docs", path), { recursive: true, force: true });
  }
}

try {
  buildWasm(checkRust());
  removeStrays();
  for (const path of documents) write(path, rewrite(path));
  write("LICENSE", readFileSync(join(root, "LICENSE"), "utf8"));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`not packed: ${error.message}`);
  console.error(`remedy: ${error.remedy}`);
  process.exitCode = 1;
}
