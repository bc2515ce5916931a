// @ts-check
// The suite on Bun.

import { test } from "node:test";

import { allHold, programAt, root, runProgram } from "./expected.js";

test("Bun", async (context) => {
  const program = programAt(`${root}node_modules/bun/bin/bun.exe`, "run `npm ci`, and let the package `bun` run its script");
  allHold(context, await runProgram(program, ["run"]));
});
