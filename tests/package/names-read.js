// @ts-check
// Every name that the package could read, or write, on an object: what tests of a polluted `Object.prototype` put there.

import { readFileSync, readdirSync } from "node:fs";

const pkg = new URL("../../pkg/", import.meta.url);

/**
 * Each name that comes after a dot, is taken out of an object, or stands in quotes, and each member that is declared. So
 * a new one cannot be forgotten.
 */
export function namesRead() {
  const files = ["", "http/", "module/", "policy/", "store/"].flatMap((folder) =>
    readdirSync(new URL(folder, pkg)).filter((name) => /\.(?:js|d\.ts)$/.test(name)).map((name) => folder + name),
  );
  /** @type {Set<string>} */
  const names = new Set();
  for (const file of files) {
    const text = readFileSync(new URL(file, pkg), "utf8").replaceAll(/^ *\*.*$|\/\/.*$/gm, "");
    for (const [, name] of text.matchAll(/\.([A-Za-z_]\w*)/g)) names.add(String(name));
    for (const [, name] of text.matchAll(/["'`]([A-Za-z_]\w*)["'`]/g)) names.add(String(name));
    for (const [, name] of text.matchAll(/^\s*(?:readonly )?([A-Za-z_]\w*)\??[:(]/gm)) names.add(String(name));
    for (const [, taken] of text.matchAll(/\{([\w\s,:=.]*)\}\)? *(?:=|\))/g)) {
      for (const [name] of String(taken).matchAll(/[A-Za-z_]\w*/g)) names.add(name);
    }
  }
  return [...names].filter((name) => !(name in Object.prototype));
}
