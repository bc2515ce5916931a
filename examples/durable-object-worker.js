// @ts-check
// A Worker whose tenants each have a vault of their own, in a Durable Object. The class stands under
// `new_sqlite_classes` and is bound as `VAULTS`; `VAULT_KEYS` is a secret: what `JSON.stringify(generateKeys())` gave.
//
//   POST /TENANT              {"email": "…"}   answers {"token_id": "…"}
//   GET  /TENANT/TOKEN_ID     answers {"email": "…"}
//
// Who calls is not asked here; a real Worker asks before it goes to the object.

import { openVault } from "vaultlet";
import { durableObjectStore } from "vaultlet/store/durable-object";

/** @import { Vault } from "vaultlet" */
/** @import { DurableObjectStorage } from "vaultlet/store/durable-object" */

const about = /** @type {const} */ ({ collection: "customers", reason: "AppFunctionality" });

export class TenantVault {
  /** @type {Vault | undefined} */
  #vault;

  /**
   * @param {{ storage: DurableObjectStorage, blockConcurrencyWhile(work: () => Promise<void>): void }} ctx
   * @param {{ VAULT_KEYS: string }} env
   */
  constructor(ctx, env) {
    const store = durableObjectStore(ctx.storage);
    ctx.blockConcurrencyWhile(async () => {
      await store.migrate();
      this.#vault = await openVault({
        keys: JSON.parse(env.VAULT_KEYS),
        collections: { customers: { properties: { email: { type: "EMAIL" } } } },
        store,
        policy: ({ caller }) => ({ allow: caller === "worker" }),
      });
    });
  }

  /** @param {Request} request */
  async fetch(request) {
    if (this.#vault === undefined) return new Response(null, { status: 503 });
    const { tokens } = this.#vault.as("worker");
    const [, , tokenId] = new URL(request.url).pathname.split("/");
    try {
      if (request.method === "POST") {
        const requestBody = [{ type: /** @type {const} */ ("pci"), object: { fields: await request.json() } }];
        const [made] = await tokens.tokenize({ ...about, requestBody });
        return Response.json(made);
      }
      const [found] = await tokens.detokenize({ ...about, tokenIds: [tokenId ?? ""] });
      return found === undefined ? new Response(null, { status: 404 }) : Response.json(found.fields);
    } catch (error) {
      // A vault's error holds no personal data.
      return Response.json(error, { status: /** @type {any} */ (error).status ?? 500 });
    }
  }
}

export default {
  /** @param {Request} request @param {{ VAULTS: any }} env */
  fetch(request, env) {
    const [, tenant = ""] = new URL(request.url).pathname.split("/");
    if (!/^[a-z]{1,20}$/.test(tenant)) return new Response(null, { status: 404 });
    return env.VAULTS.get(env.VAULTS.idFromName(tenant)).fetch(request);
  },
};
