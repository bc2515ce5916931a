// @ts-check
// The installed package under the test runners that people have, which load modules in their own ways.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { DONE, outcome, project, tool, unpack } from "./installed.js";

/** @type {import("./installed.js").Installed} */
let installed;

before(async () => {
  installed = await unpack();
});

/** @param {string} imports */
const program = (imports) => `${imports}
import { session } from "./session.js";

test("a vault opens", async () => {
  expect(await session()).toBe(${JSON.stringify(DONE)});
});
`;

describe("test runners", { concurrency: 2 }, () => {
  for (const pool of ["forks", "vmThreads"]) {
    test(`Vitest 4, ${pool}`, async () => {
      const files = { "vault.test.js": program('import { expect, test } from "vitest";') };
      const folder = project(installed, `vitest-${pool}`, files, ["vitest"]);
      const args = [tool("vitest/vitest.mjs"), "run", `--pool=${pool}`, "--reporter=json", "--no-cache"];
      const { status, stdout, stderr } = await outcome(process.execPath, args, { cwd: folder });
      assert.equal(status, 0, stdout + stderr);
      const { numPassedTests, numTotalTests } = JSON.parse(stdout.slice(stdout.indexOf("{")));
      assert.deepEqual([numPassedTests, numTotalTests], [1, 1]);
    });
  }

  for (const [name, conditions] of /** @type {[string, string[]][]} */ ([
    ["Jest 30, with --experimental-vm-modules", []],
    ["Jest 30, with a browser's conditions, to which docs/runtimes.md adds Node's", ["node", "browser"]],
  ])) {
    test(name, async () => {
      const testEnvironmentOptions = conditions.length === 0 ? {} : { customExportConditions: conditions };
      const files = {
        "vault.test.js": program('import { expect, test } from "@jest/globals";'),
        "jest.config.json": JSON.stringify({ transform: {}, testEnvironment: "node", testEnvironmentOptions }),
      };
      const folder = project(installed, `jest-${conditions.length}`, files, ["@jest/globals"]);
      const args = ["--experimental-vm-modules", tool("jest/bin/jest.js"), "--json", "--no-cache", "--watchman=false"];
      const { status, stdout, stderr } = await outcome(process.execPath, args, { cwd: folder });
      assert.equal(status, 0, stdout + stderr);
      const { numPassedTests, numTotalTests } = JSON.parse(stdout);
      assert.deepEqual([numPassedTests, numTotalTests], [1, 1]);
    });
  }
});
