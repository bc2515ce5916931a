// @ts-check
// The suite on Node: the one that runs the tests, rule by rule, and the other lines that are supported, as programs.

import { test } from "node:test";

import { suite } from "../suite/suite.js";
import { allHold, programAt, root, runProgram } from "./expected.js";
import { world } from "./world.js";

for (const { name, run } of suite) test(name, () => run(world));

for (const line of ["22", "24", "26"]) {
  test(`Node ${line}`, async (context) => {
    const program = programAt(`${root}node_modules/node-${line}/bin/node`, "run `npm ci`");
    allHold(context, await runProgram(program));
  });
}
