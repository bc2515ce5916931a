// @ts-check
// `npm run model -- --sequences N --seed S`: plays random sequences on the vault and on the reference. `--path P`
// begins with the sequence that a failed run named; `--first` stops at the first difference and looks for no shorter
// one.

import { parseArgs } from "node:util";

import { checkModel } from "./check.js";

const { values } = parseArgs({
  options: {
    sequences: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    path: { type: "string" },
    first: { type: "boolean", default: false },
  },
});

/** @param {"sequences" | "seed"} name */
function wholeNumber(name) {
  if (!/^-?\d{1,10}$/.test(values[name])) throw new Error(`\`--${name}\` must be a whole number`);
  return Number(values[name]);
}

checkModel({
  sequences: wholeNumber("sequences"),
  seed: wholeNumber("seed"),
  show: values.first ? "first" : "shortest",
  ...(values.path === undefined ? {} : { path: values.path }),
}).then(({ passed, report }) => {
  console.log(report);
  process.exitCode = passed ? 0 : 1;
});
