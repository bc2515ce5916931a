// @ts-check
// `npm run www`: puts the demo page together in target/www/, as plain files for any server and any path: what is in
// www/, and beside it what it loads of the package.

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { pathToFileURL } from "node:url";

import { root } from "./command.js";

const page = join(root, "www");
const packaged = join(root, "pkg");

/** What a module names to be loaded from beside it. */
const NAMED = /(?:^(?:import|export)[^;"]*|\bnew URL\()"(\.[^"]+)"/gm;

/**
 * @param {string} to a folder; what is in it goes
 * @returns {string[]} the files, from there
 */
export function putTogether(to) {
  rmSync(to, { recursive: true, force: true });
  for (const file of files(page)) if (file !== "tsconfig.json") copy(join(page, file), join(to, file));
  for (const file of loaded()) copy(join(packaged, file), join(to, "vaultlet", file));
  // The package's folder has one only once it was packed.
  copy(join(root, "LICENSE"), join(to, "vaultlet", "LICENSE"));
  return files(to);
}

/** The package's files that the page loads: what its import map names, and what those name in turn. */
function loaded() {
  const map = /<script type="importmap">([^]*?)<\/script>/.exec(readFileSync(join(page, "index.html"), "utf8"))?.[1] ?? "";
  /** @type {string[]} */
  const targets = Object.values(JSON.parse(map).imports);
  const found = new Set(targets.map((target) => posix.relative("vaultlet", target)));
  for (const file of found) {
    if (!file.endsWith(".js")) continue;
    const text = readFileSync(join(packaged, file), "utf8");
    for (const [, named = ""] of text.matchAll(NAMED)) found.add(posix.join(posix.dirname(file), named));
  }
  return found;
}

/** @param {string} from @param {string} to */
function copy(from, to) {
  mkdirSync(join(to, ".."), { recursive: true });
  cpSync(from, to);
}

/** @param {string} folder */
function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** Where `npm run www` puts it. */
const wwwFolder = join(root, "target", "www");

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const count = putTogether(wwwFolder).length;
  const { version } = JSON.parse(readFileSync(join(packaged, "package.json"), "utf8"));
  const folder = relative(process.cwd(), wwwFolder);
  console.log(`${folder}: ${count} files, with vaultlet ${version}. Any server of static files can serve it.`);
}
