// @ts-check
// Ports that nobody listens on.

import { createServer } from "node:net";

/** A cluster's nodes speak to each other on a port 10,000 higher. */
const HIGHEST = 55_000;

/** @returns {Promise<number>} */
export async function freePort() {
  for (;;) {
    const port = await anyPort(0);
    if (port < HIGHEST && (await anyPort(port + 10_000).catch(() => 0)) > 0) return port;
  }
}

/** @param {number} port @returns {Promise<number>} */
function anyPort(port) {
  return new Promise((resolve, reject) => {
    const listener = createServer().once("error", reject);
    listener.listen(port, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
      listener.close(() => resolve(port));
    });
  });
}
