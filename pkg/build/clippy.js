// @ts-check
// How the core is linted. On the host alone, everything that is compiled for wasm32 only would go unseen.

/**
 * @typedef {"host" | "wasm32"} Platform
 */

/** @type {Record<Platform, string[]>} */
const scope = {
  host: ["--workspace", "--all-targets"],
  wasm32: ["--package", "vaultlet", "--lib", "--target", "wasm32-unknown-unknown"],
};

/**
 * The arguments for cargo.
 * @param {Platform} platform
 * @param {...string} options more of them
 */
export function clippy(platform, ...options) {
  return ["clippy", ...scope[platform], ...options, "--", "-D", "warnings"];
}
