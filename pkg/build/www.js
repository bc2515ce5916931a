// @ts-check
// `npm run www`: puts the demo page together in target/www/, as plain files for any server and any path: what is in
// www/, and beside it the package as it is published.

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";

import { root } from "./command.js";

const page = join(root, "www");
const packaged = join(root, "pkg");

/** Of the page's folder, what is not for browsers. */
const OURS = ["tsconfig.json"];

/** Of the package, what browsers load. */
const LOADED = /\.(js|wasm)$/;

/** Of the package, what only servers and its own tests use. */
const NOT_LOADED = ["bin", "build", "node_modules", "testing"];

/**
 * @param {string} to a folder; what is in it goes
 * @returns {string[]} the files, from there
 */
export function putTogether(to) {
  rmSync(to, { recursive: true, force: true });
  for (const file of files(page)) if (!OURS.includes(file)) copy(join(page, file), join(to, file));
  for (const file of files(packaged)) {
    const [folder = ""] = file.split("/");
    if (LOADED.test(file) && !NOT_LOADED.includes(folder)) copy(join(packaged, file), join(to, "vaultlet", file));
  }
  copy(join(packaged, "LICENSE"), join(to, "vaultlet", "LICENSE"));
  return files(to);
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
export const wwwFolder = join(root, "target", "www");

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const count = putTogether(wwwFolder).length;
  const { version } = JSON.parse(readFileSync(join(packaged, "package.json"), "utf8"));
  console.log(`${relative(process.cwd(), wwwFolder)}: ${count} files, with vaultlet ${version}. Any server of static files can serve it.`);
}
