// @ts-check
// Every rule inside of a Worker: `/d1` and `/durable-object`. There the vault runs in the very object whose storage it
// has. Answers how many rules hold, and what failed.

import { d1Store } from "vaultlet/store/d1";
import { durableObjectStore } from "vaultlet/store/durable-object";

import { runEveryRule } from "../every-rule.js";

/** @import { D1Database } from "vaultlet/store/d1" */
/** @import { DurableObjectStorage } from "vaultlet/store/durable-object" */

export class Vault {
  #storage;

  /** @param {{ storage: DurableObjectStorage & { deleteAll(): Promise<void> } }} state */
  constructor({ storage }) {
    this.#storage = storage;
  }

  async fetch() {
    const make = async () => {
      await this.#storage.deleteAll();
      const store = durableObjectStore(this.#storage);
      await store.migrate();
      return { store };
    };
    return Response.json(await runEveryRule("a Durable Object", make));
  }
}

let tables = 0;

export default {
  /** @param {Request} request @param {{ DB: D1Database, VAULT: any }} env */
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/durable-object") return env.VAULT.get(env.VAULT.newUniqueId()).fetch(request);
    const make = async () => {
      const store = d1Store(env.DB, { table: `Order "${(tables += 1)}"` });
      await store.migrate();
      return { store };
    };
    return Response.json(await runEveryRule("D1", make));
  },
};
