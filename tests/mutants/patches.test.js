// @ts-check
// Each mutant can be made of the core as it is, and compiles: one that does not would be missed only when somebody next
// runs `npm run mutants`, which takes an hour.

import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";

import { COMPILED, ProjectCopy, patches } from "./copy.js";

const copy = new ProjectCopy("compiled", COMPILED);
/** @type {(patch: string, ...options: string[]) => { passed: boolean, output: string }} */
const apply = (patch, ...options) => copy.run("git", ["apply", ...options, patch]);

for (const patch of patches) {
  test(basename(patch), () => {
    const { passed, output } = apply(patch, "--check");
    assert(passed, output);
  });
}

test("each of them compiles; those that do not touch are compiled together", () => {
  let left = patches;
  while (left.length > 0) {
    const taken = left.filter((patch) => apply(patch).passed);
    assert(taken.length > 0, `none of these applies: ${left.join(", ")}`);
    const { passed, output } = copy.run("cargo", ["check", "--package", "vaultlet", "--lib", "--locked"]);
    assert(passed, `${taken.map((patch) => basename(patch)).join(", ")}:\n${output}`);
    for (const patch of taken.toReversed()) assert(apply(patch, "--reverse").passed, patch);
    left = left.filter((patch) => !taken.includes(patch));
  }
});

test("there are mutants", () => assert(patches.length > 30));
