// @ts-check
// The libraries that the changelog names are those that the core and the package stand on: all of them, and no other.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readDocument } from "./code-blocks.js";

const changelog = readDocument("CHANGELOG.md");

test("the libraries of the core in CHANGELOG.md are those in Cargo.toml", () => {
  const sections = readDocument("Cargo.toml").split(/^(?=\[)/m).filter((section) => /^\[(?:target\..*\.)?dependencies\]/.test(section));
  assert.equal(sections.length, 2);
  const needed = new Set(Array.from(sections.join("").matchAll(/^([\w-]+) =/gm), ([, name = ""]) => name));
  const [, entry = ""] = /^- The core stands on (.*?)^- /ms.exec(changelog) ?? [];
  const named = Array.from(entry.matchAll(/`([\w-]+)`/g), ([, name = ""]) => name);
  assert(needed.size > 20, `${needed.size} libraries`);
  assert.deepEqual(named.sort(), [...needed].sort());
});

test("the packages that ours needs are all in CHANGELOG.md", () => {
  const { dependencies } = JSON.parse(readDocument("pkg/package.json"));
  const needed = Object.keys(dependencies);
  assert(needed.length > 0);
  for (const name of needed) assert(changelog.includes(`\`${name}\``), name);
});
