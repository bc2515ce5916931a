// @ts-check
// Run in a fresh process by startup.js: prints how long the import took, the first call, and both, in milliseconds.

import { collections, makeOne } from "./workload.js";

const start = performance.now();
const { generateKeys, openVault } = await import("vaultlet");
const { memoryStore } = await import("vaultlet/store/memory");
const imported = performance.now() - start;
const policy = () => ({ allow: /** @type {const} */ (true) });
const vault = await openVault({ keys: generateKeys(), collections, store: memoryStore(), policy });
await makeOne(vault.as({ name: "bench" }).tokens);
const answered = performance.now() - start;
console.log(JSON.stringify({ imported, firstCall: answered - imported, answered }));
