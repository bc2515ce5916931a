// @ts-check
// The pools that requests are made from. They are small so that calls meet: the same data, the same tags, the same
// tokens.

import fc from "fast-check";

/** @import { Arbitrary } from "fast-check" */

/** @type {(often: Arbitrary<any>, weight: number, rarely: Arbitrary<any>, rare: number) => Arbitrary<any>} */
export const mostly = (often, weight, rarely, rare) =>
  fc.oneof({ weight, arbitrary: often }, { weight: rare, arbitrary: rarely });

/**
 * A record of required members, and of others each of which is there so many times in ten.
 * @param {Record<string, Arbitrary<any>>} always
 * @param {Record<string, [timesInTen: number, value: Arbitrary<any>]>} sometimes
 * @returns {Arbitrary<any>}
 */
export function record(always, sometimes = {}) {
  const chances = Object.entries(sometimes).map(([name, [times, value]]) => [
    name,
    mostly(fc.constant(undefined), 10 - times, value, times),
  ]);
  return fc.record({ ...always, ...Object.fromEntries(chances) });
}

/** @type {(item: Arbitrary<any>, maxLength?: number) => Arbitrary<any[]>} */
export const some = (item, maxLength = 3) =>
  fc.uniqueArray(item, { minLength: 1, maxLength, selector: (each) => JSON.stringify(each) });

/** The members of several records in one. @type {(...parts: Arbitrary<any>[]) => Arbitrary<any>} */
export const combine = (...parts) => fc.tuple(...parts).map((made) => Object.assign({}, ...made));

/** A place in a list, or a number to decide something by. */
export const small = fc.nat({ max: 30 });

const card = "4111 1111 1111 1111";

/** The same data in several spellings: however it was typed, it is one. */
const spellings = [
  { card: "4111-1111-1111-1111" },
  { card: "4111111111111111" },
  { name: "Jos\u{e9}" },
  { name: "Jose\u{301}" },
  { email: "j\u{fc}rgen@example.de" },
  { email: "ju\u{308}rgen@example.de" },
  { phone: "+972541234567" },
  { phone: "+972-54-1234567" },
];

/** Objects that come again and again: equal ones must be seen to be equal. */
export const commonFields = /** @type {Arbitrary<Record<string, any>>} */ (
  fc.constantFrom(
    { email: "jane@example.com" },
    { email: "john@example.com" },
    { email: "jane@example.com", ssn: "123-45-6789" },
    { ssn: "123-45-6789", email: "jane@example.com" },
    { card, name: "Jane Doe" },
    { card },
    ...spellings,
    { notes: { a: [1, true, null], b: { c: "d" } } },
    { notes: { b: { c: "d" }, a: [1, true, null] } },
  )
);

/** Any properties, with values of their type and others. */
const anyFields = fc.record(
  {
    email: fc.constantFrom("jane@example.com", "john@example.com", "no address"),
    name: fc.constantFrom("Jane Doe", "Jo", "", "Jose\u{301}"),
    ssn: fc.constantFrom("123-45-6789", "987654321", "987-654321", "123", "123-00-4567"),
    phone: fc.constantFrom("+972541234567", "+9--72541234567", "+-972"),
    card: fc.constantFrom(card, "4111111111111111", "378282246310005", "4111111111111112"),
    nickname: fc.constantFrom("Jo", "no name", null),
    age: fc.constantFrom(30, 31, "30", 2 ** 53),
    born: fc.constantFrom("1993-02-22", "1994-11-15", "1993-02-30"),
    notes: fc.constantFrom("text", "e\u{301}", 5, 1e22, { deep: [{}] }),
    unknown: fc.constant(1),
  },
  { requiredKeys: [] },
);

export const fields = mostly(commonFields, 10, anyFields, 1);
export const tenant = fc.constantFrom("acme", "globex");
export const tag = fc.constantFrom("a", "b", "c", "d", "e");
export const scope = mostly(fc.constantFrom("s", "default"), 6, fc.constant("global:g"), 1);
export const transactionId = fc.constantFrom("x", "y");
export const encryptionType = fc.constantFrom("randomized", "deterministic");

/** Properties to be shown, some of them through a transformer. */
export const shownProps = some(
  fc.oneof(
    fc.constantFrom("email", "name", "ssn", "card", "notes"),
    fc.constantFrom("email.mask", "name.mask", "ssn.mask", "phone.mask", "card.mask", "nickname.mask", "age.mask", "notes.mask"),
    fc.constantFrom("born.mask", "born.age", "email.size"),
  ),
);

/** Milliseconds; some of them are just what something lasts. */
export const wait = fc.constantFrom(1, 999, 1_000, 5_000, 50_000, 100_000);

export const expirationSecs = fc.constantFrom("", "0", "1", "5", "100", "100", "1000");

/** A token that there is, one that there was, or an ID of the caller's own. */
export const tokenId = fc.oneof(
  { weight: 15, arbitrary: fc.record({ $token: small, of: fc.constant("living") }) },
  { weight: 1, arbitrary: fc.record({ $token: small, of: fc.constant("seen") }) },
  { weight: 1, arbitrary: fc.constantFrom("mine", "yours") },
);

/** A ciphertext that was made, sometimes in another spelling, or spoilt. */
export const encrypted = record(
  {
    ciphertext: fc.record({
      $ciphertext: small,
      as: mostly(fc.constant("it is"), 5, fc.constantFrom("URL-safe", "unpadded", "altered", "truncated"), 1),
    }),
  },
  { scope: [1, scope] },
);

/** Where the call's tenants are several the fields must name one of them; they do so now and then. */
export const fieldsObject = combine(
  fc.record({ fields }),
  fc.record({ tenant: mostly(fc.constant(undefined), 5, tenant, 1) }),
).map(({ fields, tenant }) => ({ fields: tenant === undefined ? fields : { ...fields, _tenant_id: tenant } }));

export const encryptedObject = fc.record({ encrypted });

/** Data that would make a card's number of a token's ID, if that looks like one. */
export const cardOfToken = fc.record({
  fields: fc.record({ card: fc.record({ $token: small, of: fc.constant("living") }) }),
});

export const inputObject = fc.oneof(
  { weight: 40, arbitrary: fieldsObject },
  { weight: 6, arbitrary: encryptedObject },
  { weight: 2, arbitrary: fc.record({ request_index: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.constant({ id: "an object" }) },
);

/** Tags, perhaps some of them ensured; now and then an ensured one is no tag. */
export const tagging = fc
  .tuple(fc.array(tag, { maxLength: 3 }), fc.constantFrom(0, 0, 0, 1, 2), fc.nat({ max: 20 }))
  .map(([tags, ensured, wrong]) => ({
    ...(tags.length > 0 || wrong === 1 ? { tags } : {}),
    ...(ensured > 0 ? { ensure_unique_tenant_tags: wrong === 0 ? ["e"] : tags.slice(0, ensured) } : {}),
  }));
