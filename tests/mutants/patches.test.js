// @ts-check
// Each mutant can be made of the core as it is: one that no longer applies would be missed only when somebody next runs
// `npm run mutants`, which takes an hour.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { root } from "../../pkg/build/command.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const patches = readdirSync(here).filter((name) => name.endsWith(".patch"));

for (const name of patches) {
  test(name, () => {
    const { status, stderr } = spawnSync("git", ["apply", "--check", `${here}${name}`], { cwd: root, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  });
}

test("there are mutants", () => assert(patches.length > 30));
