// @ts-check
// How a process of a trial comes to its store: by the engine's clients, the one or the other. Each imports its own only:
// eight processes start at once.

/**
 * Where a store is, and through which client, as plain JSON. Of a cluster: the nodes' own ports, and those to go to.
 * @typedef {{ client: "pg" | "postgres", url: string }
 *   | { client: "ioredis" | "redis", nodes: [own: number, port: number][], waitReplicas: number }} Place
 */

const PREFIX = "faults";

/** The key by which a cluster's slot is found. */
export const SLOT_KEY = `{${PREFIX}}`;

/** @param {Place} place */
export async function connect(place) {
  return "url" in place ? connectPostgres(place) : connectRedis(place);
}

/** @param {Extract<Place, { url: string }>} place */
async function connectPostgres(place) {
  const { postgresStore } = await import("vaultlet/store/postgres");
  if (place.client === "pg") {
    const { default: pg } = await import("pg");
    const pool = new pg.Pool({ connectionString: place.url, max: 2, connectionTimeoutMillis: 2_000 });
    // A connection that breaks while nobody uses it: the pool makes another.
    pool.on("error", () => {});
    return { store: postgresStore(pool), close: () => pool.end() };
  }
  const { default: postgres } = await import("postgres");
  const sql = postgres(place.url, { max: 2, connect_timeout: 2, fetch_types: false, onnotice: () => {}, backoff: () => 0.2 });
  return { store: postgresStore(sql), close: () => sql.end({ timeout: 1 }) };
}

/** @param {Extract<Place, { nodes: unknown }>} place */
async function connectRedis(place) {
  const { redisStore } = await import("vaultlet/store/redis");
  const { nodes, waitReplicas } = place;
  const addresses = Object.fromEntries(nodes.map(([own, port]) => [`127.0.0.1:${own}`, { host: "127.0.0.1", port }]));
  if (place.client === "ioredis") {
    const { Cluster } = await import("ioredis");
    const cluster = new Cluster(Object.values(addresses), { natMap: addresses, clusterRetryStrategy: () => 200 });
    cluster.on("error", () => {});
    return { store: redisStore(cluster, { prefix: PREFIX, waitReplicas }), close: async () => cluster.disconnect() };
  }
  const { createCluster } = await import("redis");
  const cluster = createCluster({
    rootNodes: Object.values(addresses).map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
    nodeAddressMap: addresses,
    defaults: { socket: { reconnectStrategy: () => 200, connectTimeout: 2_000 }, disableOfflineQueue: true },
  });
  cluster.on("error", () => {});
  await cluster.connect();
  return { store: redisStore(/** @type {any} */ (cluster), { prefix: PREFIX, waitReplicas }), close: async () => cluster.destroy() };
}
