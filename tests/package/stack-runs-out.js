// @ts-check
// A program for `calls.test.js`: makes calls while the stack runs out, from its very end on. Prints what came of them.

import { about, openExample } from "./example-host.js";

const vault = await openExample();
const { getTokensCount } = vault.as("jane").tokens;
await getTokensCount(about);

/** @type {Promise<unknown>[]} */
const calls = [];

function exhaust() {
  try {
    exhaust();
  } catch {
    // Out of stack; the caller has a little more.
  }
  if (calls.length < 300) calls.push(getTokensCount(about));
}
exhaust();
const ends = await Promise.allSettled(calls);
const { total } = await getTokensCount(about);
console.log(ends.length, total, ends.some(({ status }) => status === "fulfilled"));
