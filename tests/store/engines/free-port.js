// @ts-check
// Ports that nobody listens on, and that nobody else is given: test files run beside each other, and what takes one may
// start seconds later, or again after it was killed.

import { createServer } from "node:net";

/** Below those that a system gives to whoever asks for any port, or calls another. A cluster's nodes add 10,000. */
const [LOWEST, COUNT, ABOVE] = [11_000, 5_000, 10_000];

/** One who has a port listens on another as long as the process lives, so that no other process has it, too. */
const GUARD = 5_000;

/** @returns {Promise<number>} */
export async function freePort() {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    const guard = await listenOn(port + GUARD);
    if (guard === undefined) continue;
    guard.unref();
    if ((await isFree(port)) && (await isFree(port + ABOVE))) return port;
    guard.close();
  }
  throw new Error("there is no free port");
}

/** @param {number} port */
async function isFree(port) {
  const listener = await listenOn(port);
  await new Promise((resolve) => (listener === undefined ? resolve(undefined) : listener.close(resolve)));
  return listener !== undefined;
}

/** @param {number} port @returns {Promise<import("node:net").Server | undefined>} undefined: somebody else does */
function listenOn(port) {
  return new Promise((resolve) => {
    const listener = createServer().once("error", () => resolve(undefined));
    listener.listen(port, "127.0.0.1", () => resolve(listener));
  });
}
