// @ts-check
// The store kit: puts any store through the contract of `docs/host.md`. Types and documentation: `testing.d.ts`.

import { rules as claims } from "./testing/rules/claims.js";
import { rules as concurrency } from "./testing/rules/concurrency.js";
import { rules as prune } from "./testing/rules/prune.js";
import { rules as rows } from "./testing/rules/rows.js";
import { rules as terms } from "./testing/rules/terms.js";
import { rules as writes } from "./testing/rules/writes.js";
import { Subject } from "./testing/subject.js";

const RULES = [...rows, ...writes, ...claims, ...terms, ...prune, ...concurrency];

/** @type {typeof import("./testing.js").testStore} */
export function testStore({ name, make, test }) {
  for (const { title, check } of RULES) {
    test(`${name}: ${title}`, async () => {
      const { store, close } = Object(await make());
      try {
        await check(new Subject(store));
      } finally {
        await close?.();
      }
    });
  }
}
