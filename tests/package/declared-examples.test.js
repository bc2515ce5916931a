// @ts-check
// Runs every example in the declarations, as it stands there.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import * as vaultlet from "vaultlet";
import * as http from "vaultlet/http";
import * as memory from "vaultlet/store/memory";
import * as testing from "vaultlet/testing";

import { collections, exampleHost, makeToken } from "./example-host.js";

const folder = new URL("../../pkg/", import.meta.url);
const declarations = ["", "store/"].flatMap((within) =>
  readdirSync(new URL(within, folder))
    .filter((name) => name.endsWith(".d.ts"))
    .map((name) => within + name),
);

/** An async function of a text. @type {new (...texts: string[]) => (...values: unknown[]) => Promise<unknown>} */
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;

/**
 * The examples of a file, without the stars of their comments.
 * @param {string} file
 */
const examplesOf = (file) =>
  Array.from(readFileSync(new URL(file, folder), "utf8").matchAll(/^( *)\* ```js\n(.*?)^ *\* ```$/gms), ([, , body]) =>
    String(body).replaceAll(/^ *\* ?/gm, ""),
  );

/** What an example may take for granted besides what the package exports. */
async function surroundings() {
  const photo = { type: /** @type {const} */ ("BLOB"), nullable: true };
  const options = exampleHost({ collections: { customers: { properties: { ...collections["customers"]?.properties, photo } } } });
  const vault = await vaultlet.openVault(options);
  const { keys, store, policy } = options;
  const { tokens, crypto } = vault.as({ capabilities: [] });
  /** @type {unknown[][]} */
  const written = [];
  const writeFile = async (/** @type {unknown[]} */ ...parameters) => void written.push(parameters);
  /** Whoever calls `authenticate` of an example. */
  const callers = new Map();
  /** A runner that is handed rules, and runs none: `tests/store` does. @type {(name: string) => void} */
  const collect = (name) => void written.push([name]);
  return { test: collect, callers, keys, collections, store, policy, vault, tokens, crypto, id: await makeToken(vault), writeFile, console };
}

let count = 0;
for (const file of declarations) {
  for (const [index, example] of examplesOf(file).entries()) {
    count += 1;
    test(`${file}: example ${index + 1} runs`, async () => {
      const known = { ...vaultlet, ...http, ...memory, ...testing, ...(await surroundings()) };
      // Imports are all of the package: what they name is at hand.
      const body = example.replaceAll(/^import .* from "(node:test|vaultlet|vaultlet\/store\/memory|vaultlet\/testing)";$/gm, "");
      assert(!body.includes("import "), "an import of something else");
      await new AsyncFunction(...Object.keys(known), `{\n${body}\n}`)(...Object.values(known));
    });
  }
}

test("there are examples", () => assert(count >= 6, `only ${count}`));
