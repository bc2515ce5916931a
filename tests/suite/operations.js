// @ts-check
// Every operation, as a caller sees it: what it answers, what it changes, and the errors that it ends in.

import { VaultError } from "vaultlet";

import { about, secretEmail } from "../package/example-host.js";
import { assert } from "./assert.js";
import { gather } from "./rules.js";

/** @import { AuditEvent, Collections, Store, TokenizeRequest, UpdateTokensParameters, VaultOptions } from "vaultlet" */
/** @import { Hand } from "./rules.js" */

const { rule, rules } = gather("operations");
export { rules as operations };

/** @type {Collections} */
const collections = {
  customers: {
    properties: { email: { type: "EMAIL" }, name: { type: "NAME", nullable: true }, card: { type: "CC_NUMBER", nullable: true } },
  },
};

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** @param {Hand} hand @param {Partial<VaultOptions>} [options] */
async function openAll({ open }, options) {
  const { tokens, crypto } = (await open({ collections, ...options })).as("jane");
  /** Makes one token, and answers its ID. @param {object} [of] @param {TokenizeRequest["type"]} [type] @param {object} [also] */
  const make = async (of = { email: secretEmail }, type = "pci", also = {}) => {
    const [made] = await tokens.tokenize({ ...about, requestBody: [{ type, object: { fields: of }, ...also }] });
    return made.token_id;
  };
  /** What a token holds. @param {string} tokenId */
  const fieldsOf = async (tokenId) => (await tokens.detokenize({ ...about, tokenIds: [tokenId] }))[0]?.fields;
  /** @param {string} tokenId @param {UpdateTokensParameters["requestBody"]} requestBody @param {object} [also] */
  const update = (tokenId, requestBody, also) => tokens.updateTokens({ ...about, tokenIds: [tokenId], requestBody, ...also });
  return { tokens, crypto, make, fieldsOf, update };
}

rule("tokenize, of every type", async (hand) => {
  const { tokens, crypto, make, fieldsOf } = await openAll(hand);
  const [random, other] = [await make(undefined, "randomized"), await make(undefined, "randomized")];
  assert.match(random, uuid4);
  assert.notEqual(random, other);
  const pci = await make();
  assert.equal(await make(), pci);
  assert.notEqual(await make(undefined, "pci", { scope: "support" }), pci);
  const oneway = await make(undefined, "pci_oneway");
  assert.equal(await make(undefined, "pci_oneway"), oneway);
  await assert.rejects(fieldsOf(oneway), { code: "VL3008", status: 400 });
  const derived = await make(undefined, "deterministic");
  const [hash] = await crypto.hashObjects({ ...about, requestBody: [{ object: { fields: { email: secretEmail } } }] });
  assert.equal(derived, hash.token_id);
  const [given] = await tokens.tokenize({ ...about, requestBody: [{ type: "randomized", token_id: "my-own_1", object: { fields: { email: secretEmail } } }] });
  assert.equal(given.token_id, "my-own_1");
  for (const id of [random, other, pci, derived, "my-own_1"]) assert.deepEqual(await fieldsOf(id), { email: secretEmail });
  await assert.rejects(make(undefined, "pointer"), { code: "PV2001", status: 501 });
});

rule("a card-shaped ID looks like its card and is another number", async (hand) => {
  const { tokens, make, fieldsOf } = await openAll(hand);
  const card = "4111111111111111";
  const id = await make({ email: secretEmail, card }, "pci", { fptemplate: "primary_account_number", fpprops: ["card"] });
  const shape = (/** @type {string | undefined} */ text = "") => [text.length, text.slice(0, 6), text.slice(-4)];
  assert.deepEqual(shape(id), [16, "411111", "1111"]);
  const { [id]: next } = await tokens.rotateTokens({ ...about, tokenIds: [id] });
  assert.deepEqual(shape(next), [16, "411111", "1111"]);
  assert.equal(new Set([card, id, next]).size, 3);
  assert.deepEqual(await fieldsOf(String(next)), { email: secretEmail, card });
});

rule("many at once: all in their order, or none", async (hand) => {
  const { tokens } = await openAll(hand);
  const emails = Array.from({ length: 10 }, (_, index) => `jane.${index}@example.com`);
  const requestBody = emails.map((email) => ({ type: "pci", object: { fields: { email } } }));
  const tokenIds = (await tokens.tokenize({ ...about, requestBody })).map(({ token_id }) => token_id);
  const found = await tokens.detokenize({ ...about, tokenIds: tokenIds.toReversed() });
  assert.deepEqual(found.map(({ fields }) => fields["email"]), emails.toReversed());
  const bad = [...requestBody.slice(0, 3).map((one) => ({ ...one, scope: "new" })), { type: "pci", object: { fields: { email: "none" } } }];
  await assert.rejects(tokens.tokenize({ ...about, requestBody: bad }), { code: "PV3002", status: 400 });
  assert.deepEqual(await tokens.getTokensCount(about), { active: 10, archived: 0, total: 10 });
});

rule("detokenize: properties, transformers, metadata, and nothing for what is unknown", async (hand) => {
  const { tokens, make } = await openAll(hand);
  const id = await make({ email: secretEmail, name: "Jane" }, "pci", { tags: ["vip"], scope: "support" });
  const query = { ...about, tokenIds: [id, "unknown"] };
  const masked = await tokens.detokenize({ ...query, props: ["email.mask", "name"] });
  assert.deepEqual(masked, [{ token_id: id, fields: { "email.mask": "j**********@example.com", name: "Jane" } }]);
  const [found] = await tokens.detokenize({ ...query, options: ["include_metadata"] });
  const entry = found?.metadata?.tokens[0];
  assert.match(entry?.creation_time, time);
  assert.deepEqual({ ...found?.metadata, tokens: [] }, { type: "pci", scope: "support", token_id: id, tokens: [] });
  assert.deepEqual({ ...entry, creation_time: "" }, { creation_time: "", expiration_time: null, effective_expiration_time: null, tags: ["vip"] });
  assert.deepEqual(await tokens.detokenize({ ...about, tokenIds: ["unknown"] }), []);
});

rule("search, count and delete, by IDs and by tags", async (hand) => {
  const { tokens, make } = await openAll(hand);
  const a = await make({ email: "a@example.com" }, "pci", { tags: ["x", "y"] });
  const b = await make({ email: "b@example.com" }, "randomized", { tags: ["y"] });
  /** @param {object} requestBody */
  const search = async (requestBody) => (await tokens.searchTokens({ ...about, requestBody })).map(({ token_id }) => token_id);
  assert.deepEqual(await search({ token_ids: [b, a] }), [b, a]);
  assert.deepEqual(await search({ tags: ["x", "y"] }), [a]);
  assert.deepEqual(await search({ token_ids: [b], tags: ["x"] }), []);
  assert.deepEqual((await search({ tags: ["y"] })).toSorted(), [a, b].toSorted());
  assert.equal(await tokens.deleteTokens({ ...about, tags: ["x"] }), undefined);
  assert.deepEqual(await search({ tags: ["y"] }), [b]);
  assert.deepEqual(await tokens.getTokensCount(about), { active: 1, archived: 0, total: 1 });
  await assert.rejects(tokens.deleteTokens({ ...about, tags: ["x"] }), { code: "PV3009", status: 404 });
});

rule("update from fields: the data is replaced, the reuse follows it, the rest stays", async (hand) => {
  const { make, fieldsOf, update } = await openAll(hand);
  const id = await make({ email: secretEmail, name: "Jane" }, "pci", { tags: ["vip"] });
  assert.equal(await update(id, { object: { fields: { email: "new@example.com" } } }), undefined);
  assert.deepEqual(await fieldsOf(id), { email: "new@example.com" });
  assert.equal(await make({ email: "new@example.com" }), id);
  const again = await make({ email: secretEmail, name: "Jane" });
  assert.notEqual(again, id);
  await assert.rejects(update(again, { object: { fields: { email: "new@example.com" } } }), { code: "VL3006", status: 409 });
  const fixed = await make(undefined, "deterministic");
  await assert.rejects(update(fixed, { object: { fields: { email: "new@example.com" } } }), { code: "VL3002", status: 400 });
});

rule("update from a ciphertext: chosen properties, whatever its scope; none of another collection's", async (hand) => {
  const { crypto, make, fieldsOf, update } = await openAll(hand, { collections: { ...collections, others: /** @type {any} */ (collections["customers"]) } });
  const id = await make(undefined, "pci", { scope: "mine" });
  const requestBody = [{ scope: "theirs", object: { fields: { email: "new@example.com", name: "Joe" } } }];
  const [encrypted] = await crypto.encrypt({ ...about, requestBody });
  assert(encrypted);
  await update(id, { object: { encrypted }, props: ["email"] });
  assert.deepEqual(await fieldsOf(id), { email: "new@example.com" });
  assert.equal(await make({ email: "new@example.com" }, "pci", { scope: "mine" }), id);
  await assert.rejects(update(id, { object: { encrypted: { ...encrypted, scope: "mine" } } }), { code: "VL3004", status: 400 });
  const [foreign] = await crypto.encrypt({ ...about, collection: "others", requestBody });
  const altered = `${encrypted.ciphertext.startsWith("A") ? "B" : "A"}${encrypted.ciphertext.slice(1)}`;
  for (const ciphertext of [String(foreign?.ciphertext), altered, encrypted.ciphertext.slice(0, 40), "none"]) {
    await assert.rejects(update(id, { object: { encrypted: { ciphertext } } }), { code: "VL3003", status: 400 });
  }
});

rule("update of tags and expiry: an archived token is gone, and comes back", async (hand) => {
  let now = 1_700_000_000_000;
  const { tokens, make, fieldsOf, update } = await openAll(hand, { clock: () => now });
  const id = await make();
  await update(id, { tags: ["new"] }, { expirationSecs: "60" });
  const [found] = await tokens.searchTokens({ ...about, requestBody: { tags: ["new"] } });
  assert.equal(found?.tokens[0]?.expiration_time, "2023-11-14T22:14:20.000Z");
  now += 60_000;
  assert.equal(await fieldsOf(id), undefined);
  assert.deepEqual(await tokens.getTokensCount(about), { active: 0, archived: 1, total: 1 });
  await assert.rejects(tokens.rotateTokens({ ...about, tokenIds: [id] }), { code: "PV1033", status: 410 });
  await update(id, {}, { options: ["archived"], expirationSecs: "" });
  assert.deepEqual(await fieldsOf(id), { email: secretEmail });
});

rule("a unique tag is on one token of a tenant", async (hand) => {
  const { make, update } = await openAll(hand);
  const unique = { tags: ["user-7"], ensure_unique_tenant_tags: ["user-7"] };
  await make({ email: "a@example.com" }, "pci", unique);
  const other = await make({ email: "b@example.com" });
  await assert.rejects(update(other, unique), { code: "VL3007", status: 409 });
  await assert.rejects(make({ email: "c@example.com" }, "pci", unique), { code: "VL3007", status: 409 });
});

rule("rotate: new IDs in the order asked for; an old one is as if it had never been", async (hand) => {
  const { tokens, make, fieldsOf } = await openAll(hand);
  const ids = [await make({ email: "b@example.com" }), await make({ email: "a@example.com" }, "randomized")];
  const rotated = await tokens.rotateTokens({ ...about, tokenIds: ids });
  assert.deepEqual(Object.keys(rotated), ids);
  for (const [at, id] of ids.entries()) {
    assert.match(rotated[id], uuid4);
    assert.equal(await fieldsOf(id), undefined);
    assert.deepEqual(await fieldsOf(String(rotated[id])), { email: at === 0 ? "b@example.com" : "a@example.com" });
  }
  assert.equal(await make({ email: "b@example.com" }), rotated[String(ids[0])]);
  const failed = tokens.rotateTokens({ ...about, tokenIds: [...Object.values(rotated), "x", "y"] });
  await assert.rejects(failed, (error) => {
    assert(error instanceof VaultError);
    assert.deepEqual([error.code, error.status, { ...error.context }], ["PV3087", 404, { token_ids: "x,y" }]);
    assert.deepEqual(JSON.parse(JSON.stringify(error)), { error_code: "PV3087", message: error.message, context: { token_ids: "x,y" }, error_url: "docs/errors.md#PV3087" });
    return true;
  });
});

rule("a call with a transaction ID, repeated, answers the same and changes nothing", async (hand) => {
  const { tokens, make, fieldsOf } = await openAll(hand);
  const requestBody = [{ type: "randomized", object: { fields: { email: secretEmail } } }];
  const tokenize = () => tokens.tokenize({ ...about, transactionId: "made", requestBody });
  const made = await tokenize();
  assert.deepEqual(await tokenize(), made);
  assert.deepEqual(await tokens.getByTransactionId({ ...about, id: "made" }), { ref_ids: made.map(({ token_id }) => token_id) });
  assert.deepEqual(await tokens.getByTransactionId({ ...about, id: "another" }), { ref_ids: [] });
  const id = await make();
  const rotate = (/** @type {string} */ tokenId) => tokens.rotateTokens({ ...about, transactionId: "rotated", tokenIds: [tokenId] });
  const rotated = await rotate(id);
  assert.deepEqual(await rotate(id), rotated);
  assert.deepEqual(await fieldsOf(String(rotated[id])), { email: secretEmail });
  await assert.rejects(rotate(String(rotated[id])), { code: "VL3009", status: 409 });
  assert.equal((await tokens.getTokensCount(about)).total, 2);
});

rule("a token of another tenant is refused by its ID, and not matched by tags", async (hand) => {
  const { tokens } = await openAll(hand);
  const requestBody = /** @type {const} */ ([{ type: "pci", tags: ["vip"], object: { fields: { email: secretEmail } } }]);
  const [{ token_id }] = await tokens.tokenize({ ...about, xTenantId: ["acme"], requestBody });
  const [theirs] = await tokens.tokenize({ ...about, xTenantId: ["globex"], requestBody });
  assert.notEqual(theirs.token_id, token_id);
  for (const call of [
    () => tokens.detokenize({ ...about, xTenantId: ["globex"], tokenIds: [token_id] }),
    () => tokens.rotateTokens({ ...about, xTenantId: ["globex"], tokenIds: [token_id] }),
    () => tokens.updateTokens({ ...about, xTenantId: ["globex"], tokenIds: [token_id], requestBody: { tags: [] } }),
  ]) {
    await assert.rejects(call(), { code: "PV1006", status: 403 });
  }
  const found = await tokens.searchTokens({ ...about, xTenantId: ["acme"], requestBody: { tags: ["vip"] } });
  assert.deepEqual(found.map(({ token_id, tokens: [entry] }) => [token_id, entry?.effective_tenant_id]), [[token_id, "acme"]]);
});

rule("encrypt, update, decrypt and hash", async (hand) => {
  const { tokens, crypto } = await openAll(hand);
  const object = { fields: { email: secretEmail } };
  const [one, two, fixed, same] = await crypto.encrypt({
    ...about,
    requestBody: [{ object, tags: ["a"], scope: "s" }, { object }, { object, type: "deterministic" }, { object, type: "deterministic" }],
  });
  assert.notEqual(one.ciphertext, two.ciphertext);
  assert.equal(fixed.ciphertext, same.ciphertext);
  const [updated] = await crypto.updateEncrypted({
    ...about,
    requestBody: [{ encrypted_object: one, fields: { email: "new@example.com" } }],
    expirationSecs: "60",
  });
  const opened = await crypto.decrypt({
    ...about,
    requestBody: [{ encrypted_object: one }, { encrypted_object: { ...updated, scope: "s" }, props: ["email.mask"] }, { encrypted_object: fixed }],
    options: ["include_metadata"],
  });
  const expiration = opened[1].metadata?.expiration;
  assert.match(expiration, time);
  const metadata = { type: "randomized", scope: "s", tags: ["a"] };
  assert.deepEqual(opened, [
    { fields: { email: secretEmail }, metadata: { ...metadata, expiration: null } },
    { fields: { "email.mask": "n**@example.com" }, metadata: { ...metadata, expiration } },
    { fields: { email: secretEmail }, metadata: { type: "deterministic", scope: "default", tags: [], expiration: null } },
  ]);
  const [hash] = await crypto.hashObjects({ ...about, requestBody: [{ object }] });
  const [token] = await tokens.tokenize({ ...about, requestBody: [{ type: "deterministic", object }] });
  assert.deepEqual(hash, token);
  await assert.rejects(crypto.decrypt({ ...about, requestBody: [{ encrypted_object: { ...one, scope: "t" } }] }), { code: "VL3004" });
});

rule("encrypt and decrypt bytes", async (hand) => {
  const { crypto } = (await hand.open({ collections: { customers: { properties: { photo: { type: "BLOB" } } } } })).as("jane");
  const of = /** @type {const} */ ({ ...about, prop: "photo", scope: "album" });
  const bytes = Uint8Array.from({ length: 1_000 }, (_, index) => index % 256);
  for (const requestBody of [bytes, new Blob([bytes])]) {
    const sealed = await crypto.encryptBlob({ ...of, requestBody });
    assert.match(await sealed.text(), /^[A-Za-z0-9+/]+=*$/);
    const opened = await crypto.decryptBlob({ ...of, requestBody: sealed });
    assert.deepEqual([...new Uint8Array(await opened.arrayBuffer())], [...bytes]);
  }
  await assert.rejects(crypto.decryptBlob({ ...of, requestBody: bytes }), { code: "VL3003" });
});

rule("text is no bytes", async ({ open }) => {
  const { crypto } = (await open({ collections: { customers: { properties: { photo: { type: "BLOB" } } } } })).as("jane");
  const of = /** @type {any} */ ({ ...about, prop: "photo", requestBody: "text" });
  await assert.rejects(crypto.encryptBlob(of), { code: "PV1012", status: 400 });
});

rule("a legal token ID is a safe key of an answer", async (hand) => {
  const { tokens, make } = await openAll(hand);
  await make(undefined, "randomized", { token_id: "__proto__" });
  const rotated = await tokens.rotateTokens({ ...about, tokenIds: ["__proto__"] });
  assert.deepEqual(Object.keys(rotated), ["__proto__"]);
  assert.match(Object.values(rotated)[0], uuid4);
});

rule("errors name the input, and repeat nothing of the data", async (hand) => {
  const { tokens, make } = await openAll(hand);
  const id = await make();
  // Somebody forgot the wrapper: what is data stands where a key stands.
  const bare = /** @type {any} */ ({ [secretEmail]: "Jane" });
  /** @type {[() => Promise<unknown>, string, number, object?][]} */
  const failing = [
    [() => make({ email: "jane.secret" }), "PV3002", 400],
    [() => make({ email: secretEmail, secret: "x" }), "PV3004", 404],
    [() => make(bare), "PV3004", 404],
    [() => make({ name: "Jane" }, "secret"), "PV1012", 400],
    [() => tokens.tokenize({ ...about, requestBody: [{ type: "pci", object: bare }] }), "PV1012", 400, { field: "requestBody[0].object" }],
    [() => tokens.updateTokens({ ...about, tokenIds: [id], requestBody: { object: bare } }), "PV1012", 400, { field: "requestBody.object" }],
    [() => tokens.searchTokens({ ...about, requestBody: bare }), "PV1012", 400, { field: "requestBody" }],
    [() => tokens.getTokensCount({ ...about, collection: "secret" }), "PV1004", 404],
  ];
  for (const [call, code, status, context] of failing) {
    await assert.rejects(call(), (error) => {
      assert(error instanceof VaultError && error instanceof Error);
      assert.deepEqual([error.code, error.status], [code, status]);
      if (context !== undefined) assert.deepEqual({ ...error.context }, context);
      assert(!JSON.stringify(error).includes("jane.secret"));
      return true;
    });
  }
});

rule("`props` leave out what is null or absent, on every way in; one value must remain", async (hand) => {
  const { tokens, crypto, make, fieldsOf, update } = await openAll(hand);
  // As a form posts what it has.
  const object = { fields: { email: secretEmail, name: null } };
  const props = ["email", "name", "card"];
  const held = { email: secretEmail };
  assert.deepEqual(await fieldsOf(await make(object.fields, "pci", { props })), held);
  const [hash] = await crypto.hashObjects({ ...about, requestBody: [{ object, props }] });
  assert.equal(hash.token_id, await make(held, "deterministic"));
  const [sealed] = await crypto.encrypt({ ...about, requestBody: [{ object, props }] });
  const id = await make({ email: "joe@example.com", name: "Joe" }, "randomized");
  for (const source of [object, { encrypted: sealed }]) {
    await update(id, { object: { fields: { email: "joe@example.com", name: "Joe" } } });
    await update(id, { object: source, props });
    assert.deepEqual(await fieldsOf(id), held);
    for (const none of [["card"], ["name", "card"]]) {
      await assert.rejects(update(id, { object: source, props: none }), { code: "PV1012", context: { field: "requestBody.object" } });
    }
  }
  const [updated] = await crypto.updateEncrypted({ ...about, requestBody: [{ encrypted_object: sealed, fields: { name: null }, props }] });
  const opened = await crypto.decrypt({ ...about, requestBody: [sealed, updated].map((encrypted_object) => ({ encrypted_object, props })) });
  assert.deepEqual(opened, [{ fields: held }, { fields: held }]);
  await assert.rejects(crypto.encrypt({ ...about, requestBody: [{ object, props: ["name"] }] }), { code: "PV1012" });
  await assert.rejects(crypto.encrypt({ ...about, requestBody: [{ object, props: ["email", "unknown"] }] }), { code: "PV3004" });
  assert.deepEqual((await tokens.detokenize({ ...about, tokenIds: [id], props })).map(({ fields }) => fields), [held]);
});

rule("an empty list in a body matches nothing, and widens nothing", async (hand) => {
  const { tokens, crypto, make } = await openAll(hand);
  const id = await make(undefined, "pci", { tags: ["old"] });
  for (const requestBody of [{ token_ids: [] }, { tags: [] }, { token_ids: [], tags: ["old"] }, { token_ids: [id], tags: [] }]) {
    assert.deepEqual(await tokens.searchTokens({ ...about, requestBody }), []);
  }
  const none = { ...about, requestBody: [] };
  for (const call of [tokens.tokenize, crypto.encrypt, crypto.decrypt, crypto.updateEncrypted, crypto.hashObjects]) {
    assert.deepEqual(await call(none), []);
  }
});

rule("what JSON cannot carry is refused", async (hand) => {
  const { tokens } = await openAll(hand);
  await assert.rejects(tokens.detokenize(/** @type {any} */ ({ ...about, tokenIds: [7n] })), { code: "PV1012", status: 400 });
});

rule("who is denied gets nothing, and the audit is told", async (hand) => {
  /** @type {unknown[]} */
  const told = [];
  const { tokens } = await openAll(hand, { policy: () => ({ allow: false }), audit: ({ action, decision, caller }) => void told.push([action, decision, caller]) });
  await assert.rejects(tokens.getTokensCount(about), { code: "PV1006", status: 403 });
  assert.deepEqual(told, [["tokens.count", "denied", "jane"]]);
});

rule("a call that starts again, and then concerns another number of tokens, tells the audit again before it writes", async (hand) => {
  const kept = await hand.makeStore();
  const { maxWrites, maxRowBytes } = kept;
  /** @type {(() => Promise<unknown>) | undefined} */
  let meanwhile;
  /** @type {unknown[]} */
  const told = [];
  const store = /** @type {Store} */ ({
    ...{ maxWrites, maxRowBytes },
    read: (query) => kept.read(query),
    async write(changes) {
      const others = meanwhile;
      meanwhile = undefined;
      await others?.();
      const written = await kept.write?.(changes);
      if (written) told.push("written");
      return written;
    },
  });
  const ids = new Set();
  const audit = (/** @type {AuditEvent} */ { id, action, decision, tokens }) => {
    if (action !== "tokens.delete") return;
    ids.add(id);
    told.push([decision, tokens]);
  };
  const { tokens, make } = await openAll(hand, { store, audit });
  const tagged = { tags: ["old"] };
  const id = await make({ email: "a@example.com" }, "pci", tagged);
  meanwhile = async () => {
    await make({ email: "b@example.com" }, "pci", tagged);
    await tokens.updateTokens({ ...about, tokenIds: [id], expirationSecs: "60", requestBody: {} });
    told.length = 0;
  };
  await tokens.deleteTokens({ ...about, ...tagged });
  assert.deepEqual([told, ids.size], [[["allowed", 2], "written"], 1]);
  assert.equal((await tokens.getTokensCount(about)).total, 0);
});
