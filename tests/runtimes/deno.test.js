// @ts-check
// The suite on Deno, which is given no permission: not to read, not to fetch, nor anything else.

import { test } from "node:test";

import { allHold, programAt, root, runProgram } from "./expected.js";

test("Deno, without a permission", async (context) => {
  const program = programAt(`${root}node_modules/deno/deno`, "run `npm ci`, and let the package `deno` run its script");
  allHold(context, await runProgram(program, ["run", "--no-prompt", "--no-remote", "--cached-only"]));
});
