// @ts-check
// The kit inside of a Worker: `/d1` and `/durable-object`. Answers how many rules there are, and what failed.

import { d1Store } from "../../../pkg/store/d1.js";
import { durableObjectStore } from "../../../pkg/store/durable-object.js";
import { testStore } from "../../../pkg/testing.js";

/** @import { D1Database } from "../../../pkg/store/d1.js" */
/** @import { DurableObjectStorage } from "../../../pkg/store/durable-object.js" */

/**
 * @param {string} name
 * @param {import("../../../pkg/testing.js").StoreTests["make"]} make
 */
async function run(name, make) {
  /** @type {[title: string, check: () => Promise<void>][]} */
  const tests = [];
  testStore({ name, make, test: (title, check) => tests.push([title, check]) });
  /** @type {string[]} */
  const failures = [];
  for (const [title, check] of tests) await check().catch((error) => failures.push(`${title}: ${error.stack}`));
  return Response.json({ all: tests.length, failures });
}

export class Vault {
  #storage;

  /** @param {{ storage: DurableObjectStorage & { deleteAll(): Promise<void> } }} state */
  constructor({ storage }) {
    this.#storage = storage;
  }

  fetch() {
    return run("durable object", async () => {
      await this.#storage.deleteAll();
      const store = durableObjectStore(this.#storage);
      await store.migrate();
      return { store };
    });
  }
}

let tables = 0;

export default {
  /** @param {Request} request @param {{ DB: D1Database, VAULT: any }} env */
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/durable-object") return env.VAULT.get(env.VAULT.newUniqueId()).fetch(request);
    return run("d1", async () => {
      const store = d1Store(env.DB, { table: `Order "${(tables += 1)}"` });
      await store.migrate();
      return { store };
    });
  },
};
