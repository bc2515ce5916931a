// @ts-check
// The main job: open a vault, make tokens, read them, update them, rotate them, delete them.

import { isDeepStrictEqual as same } from "node:util";

import { generateKeys, openVault } from "vaultlet";
import { memoryStore } from "vaultlet/store/memory";

import { collections, policy } from "./host.js";
import { check, say, show, showNamed, showRefusal, step } from "./terminal.js";
import { Witness } from "./witness.js";

/** @import { AuditEvent } from "vaultlet" */

/** What every call says of itself. @type {{ collection: string, reason: "AppFunctionality", xTenantId: string[] }} */
export const about = { collection: "customers", reason: "AppFunctionality", xTenantId: ["acme-bank"] };

export async function mainJob() {
  step(
    "Open a vault",
    "You hand it keys (`generateKeys()` made these), a store, a policy, and the shape of your data. It " +
      "keeps no state of its own, so there is nothing to start, and `vault.close()` only wipes keys and memory.",
  );
  /** @type {AuditEvent[]} */
  const audited = [];
  const audit = (/** @type {AuditEvent} */ event) => audited.push(event);
  const store = memoryStore();
  const keys = generateKeys();
  showNamed("collections =", collections);
  const vault = await show(() => openVault({ keys, collections, store, policy, audit }));
  // A caller may be any value: it goes to your policy as it is. The witness is for the last step.
  const witness = new Witness();
  const { tokens, crypto } = witness.watch(vault.as({ name: "signup" }));
  say("Every call names a collection and a reason. Ours are confined to one tenant as well.");
  showNamed("about =", about);

  step(
    "Make one token of each type",
    "`pci` gives the same ID for the same data, `pci_oneway` too but never gives the data back, " +
      "`randomized` gives a new ID each time, and `deterministic` derives the ID from the data.",
  );
  const jane = { name: "Jane Miller", email: "jane@example.com", ssn: "123-45-6789" };
  const object = { fields: jane };
  showNamed("object =", object);
  const types = /** @type {const} */ (["pci", "pci_oneway", "randomized", "deterministic"]);
  const tags = ["premium"];
  const made = await show(() =>
    tokens.tokenize({ ...about, requestBody: types.map((type) => ({ type, object, tags })) }),
  );
  const [pci, oneWay, randomized, deterministic] = made.map(({ token_id }) => token_id);
  if (!pci || !oneWay || !randomized || !deterministic) throw new Error("four tokens were asked for");
  const again = await tokens.tokenize({ ...about, requestBody: types.map((type) => ({ type, object })) });
  check(
    "the same data once more: only `randomized` has a new ID",
    types.every((type, at) => (made[at]?.token_id === again[at]?.token_id) === (type !== "randomized")),
  );

  step("Detokenize", "Back to data: all of it, the properties you name, or what a mask shows of them.");
  const before = await show(() => tokens.detokenize({ ...about, tokenIds: [pci], props: ["email", "ssn"] }));
  check("it is Jane's data", before[0]?.fields["email"] === jane.email && before[0]?.fields["ssn"] === jane.ssn);
  const [masked] = await show(() => tokens.detokenize({ ...about, tokenIds: [pci], props: ["email.mask", "ssn.mask"] }));
  check("a mask keeps the last four digits", masked?.fields["ssn.mask"] === "***-**-6789");
  const oneWayError = await showRefusal(() => tokens.detokenize({ ...about, tokenIds: [oneWay] }));
  check("a one-way token has no data to give", oneWayError.code === "VL3008");

  step("Update a token's data from `fields`", "The new data replaces all of the old. The token ID stays.");
  const fields = { name: "Jane Porter", email: "jane.porter@example.com", ssn: "123-45-6789" };
  await show(() => tokens.updateTokens({ ...about, tokenIds: [pci], requestBody: { object: { fields } } }));
  const married = await show(() => tokens.detokenize({ ...about, tokenIds: [pci] }));
  check("the same ID, the new data", married[0]?.token_id === pci && same(married[0]?.fields, fields));
  const reuse = [fields, jane].map((each) => ({ type: /** @type {const} */ ("pci"), object: { fields: each } }));
  const [forNew, forOld] = await tokens.tokenize({ ...about, requestBody: reuse });
  check("tokenizing the new data gives this ID", forNew?.token_id === pci);
  check("tokenizing the old data gives another ID", forOld?.token_id !== pci);

  step(
    "Encrypt an object",
    "Ciphertext is for data that another system carries. Nothing is stored. Its scope is a label of your choice.",
  );
  const form = { fields: { name: "Jane Porter", email: "jane@porter.example", phone: "+1-202-555-0143" } };
  showNamed("form =", form);
  const [encrypted] = await show(() =>
    crypto.encrypt({ ...about, requestBody: [{ object: form, scope: "web-form" }] }),
  );
  if (!encrypted) throw new Error("one ciphertext was asked for");
  const { ciphertext } = encrypted;

  step(
    "Update a token's data from ciphertext",
    "The caller need not see what is inside. `props` picks two of its three properties. The ciphertext " +
      "was sealed in the scope `web-form`; the token keeps its own.",
  );
  const fromForm = { object: { encrypted: { ciphertext, scope: "web-form" } }, props: ["email", "phone"] };
  showNamed("fromForm =", fromForm);
  await show(() => tokens.updateTokens({ ...about, tokenIds: [pci], requestBody: fromForm }));
  const moved = await show(() => tokens.detokenize({ ...about, tokenIds: [pci], options: ["include_metadata"] }));
  const { email } = form.fields;
  const phone = "+12025550143";
  check("it holds the two picked properties, the phone in its normal form", same(moved[0]?.fields, { email, phone }));
  check("its scope is `default`, as before", moved[0]?.metadata?.scope === "default");

  step(
    "Update tags and expiry by tag",
    "No IDs needed: this reaches every token tagged `premium`. It decrypts no personal data.",
  );
  const requestBody = { tags: ["premium", "leaving"] };
  showNamed("requestBody =", requestBody);
  await show(() => tokens.updateTokens({ ...about, tags: ["premium"], expirationSecs: "3600", requestBody }));
  const options = /** @type {const} */ (["include_metadata"]);
  const leaving = await tokens.detokenize({ ...about, tags: ["leaving"], options });
  showNamed("leaving[0].metadata =", leaving[0]?.metadata);
  const metadata = leaving.map((each) => each.metadata?.tokens[0]);
  check("three readable tokens have the new tag", leaving.length === 3);
  check("each of them expires in an hour", metadata.every((each) => inAnHour(each?.expiration_time)));

  step(
    "Rotate several tokens",
    "Each gets a new random ID, all of them or none. Data, tags and expiry carry over, and again no " +
      "personal data is decrypted.",
  );
  const tokenIds = [pci, randomized, deterministic];
  const rotated = await show(() => tokens.rotateTokens({ ...about, tokenIds }));
  const newIds = Object.values(rotated);
  check("three old IDs, three new ones", same(Object.keys(rotated), tokenIds) && new Set(newIds).size === 3);
  await show(() => tokens.detokenize({ ...about, tokenIds: [pci] }));
  const after = await tokens.detokenize({ ...about, tokenIds: newIds });
  const old = await tokens.detokenize({ ...about, tokenIds });
  check("the old IDs are as if they had never been", old.length === 0);
  check("the new IDs give the same data", after.length === 3 && same(after[0]?.fields, { email, phone }));

  step("Search, count, delete", "A search tells what is known of tokens, without their data. A deletion is for good.");
  const found = await tokens.searchTokens({ ...about, requestBody: { tags: ["leaving"] } });
  showNamed("found =", found.map(({ type, token_id }) => ({ type, token_id })));
  check("the one-way token is among them", found.some(({ token_id }) => token_id === oneWay));
  const { total } = await show(() => tokens.getTokensCount(about));
  await show(() => tokens.deleteTokens({ ...about, tokenIds: [oneWay] }));
  const left = await tokens.getTokensCount(about);
  check("it is gone, and no other", left.total === total - 1);

  const host = { keys, collections, store, policy, audit };
  return { host, vault, audited, witness, current: newIds };
}

/** @param {string | null | undefined} time */
function inAnHour(time) {
  const seconds = (Date.parse(time ?? "") - Date.now()) / 1000;
  return seconds > 3500 && seconds <= 3600;
}
