// @ts-check
// Stands between clients and a server, and cuts a connection when the server has done a write and its answer is under
// way: the client cannot know what became of it.

import { connect, createServer } from "node:net";

/** With what an error of Redis begins, and no answer of PostgreSQL's. */
const REFUSED = "-".charCodeAt(0);

/**
 * @param {number} to the server's port
 * @param {string} mark what stands in every write that a client sends, and in nothing else
 * @param {(() => void)[]} [waiting] those who wait for a cut; proxies that share them cut whoever answers a write first
 */
export async function startProxy(to, mark, waiting = []) {
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    /** @type {(() => void) | undefined} */
    let onAnswer;
    const end = () => {
      client.destroy();
      upstream.destroy();
      sockets.delete(client);
    };
    sockets.add(client);
    for (const socket of [client, upstream]) socket.setNoDelay(true).on("error", end).on("close", end);
    client.on("data", (chunk) => {
      if (onAnswer === undefined && chunk.includes(mark)) onAnswer = waiting.shift();
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      // A node of a cluster that sends the client elsewhere has done no write.
      if (onAnswer !== undefined && chunk[0] === REFUSED) {
        waiting.unshift(onAnswer);
        onAnswer = undefined;
      }
      if (onAnswer === undefined) return void client.write(chunk);
      onAnswer();
      end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

  return {
    port,
    /** Cuts the next write's answer. @returns {Promise<void>} when it has */
    cut: () => new Promise((resolve) => waiting.push(resolve)),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startProxy>>} Proxy */
