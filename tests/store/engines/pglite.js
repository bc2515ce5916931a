// @ts-check
// PGlite. Its declarations do not compile under this project's flags: they are left out.

const name = "@electric-sql/pglite";

/** @returns {Promise<import("vaultlet/store/postgres").PostgresClient & { close(): Promise<void> }>} */
export async function openPglite() {
  const { PGlite } = await import(/** @type {string} */ (name));
  return PGlite.create();
}
