// @ts-check
// How a vault is opened, as the page shows it.

export const opening = `import { openVault } from "vaultlet";
import { postgresStore } from "vaultlet/store/postgres";

const vault = await openVault({
  keys, // of generateKeys(), out of your secret store
  collections: {
    customers: { properties: { email: { type: "EMAIL" } } },
  },
  store: postgresStore(pool), // your pg.Pool
  policy: ({ caller, action }) => ({
    allow: caller.may(action),
  }),
});
const { tokens, crypto } = vault.as(caller);`;
