// @ts-check
// Accessors and read-only members on `Object.prototype`, under each name that questions and events are made of: they
// swallow what is assigned. Prints what a caller without rights got.

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

const about = /** @type {const} */ ({ collection: "c", reason: "AppFunctionality" });
const requestBody = [{ type: /** @type {const} */ ("pci"), object: { fields: { ssn: "123-45-6789" } } }];
const collections = { c: { properties: { ssn: { type: /** @type {const} */ ("SSN") } } } };
const store = memoryStore();
const options = { keys: generateKeys(), collections, store };

const [made] = await (await openVault({ ...options, policy: () => ({ allow: true }) })).as("all").tokens.tokenize({ ...about, requestBody });
const tokenIds = [/** @type {{ token_id: string }} */ (made).token_id];

/** Each allows who has all that is asked for; this caller has nothing. @type {import("vaultlet").Policy[]} */
const policies = [
  ({ capabilities }) => ({ allow: capabilities.every(() => false) }),
  ({ checks }) => ({ allow: checks.length > 0 ? checks.every(() => false) : false }),
  ({ checks }) => ({ allow: checks.every(({ resource }) => resource === undefined || resource.length === 0) && checks.length > 0 }),
];

const names = "action capabilities checks input collection tenantIds reason operation resource type id time decision code tokens";
/** @type {PropertyDescriptor[]} */
const planted = [
  { get: () => [], set() {}, configurable: true },
  { value: [], writable: false, configurable: true },
];
/** @type {string[]} */
const allowed = [];
let tried = 0;
for (const name of names.split(" ")) {
  for (const [descriptor, policy] of planted.flatMap((each) => policies.map((policy) => /** @type {const} */ ([each, policy])))) {
    const { tokens } = (await openVault({ ...options, policy })).as("nobody");
    Object.defineProperty(Object.prototype, name, descriptor);
    const calls = [() => tokens.detokenize({ ...about, tokenIds }), () => tokens.deleteTokens({ ...about, tokenIds })];
    for (const call of calls) {
      await call().then(() => allowed.push(name), () => {});
      tried += 1;
    }
    Reflect.deleteProperty(Object.prototype, name);
  }
}
console.log(JSON.stringify({ allowed, tried, rows: store.rows().length }));
