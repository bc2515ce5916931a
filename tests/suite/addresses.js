// @ts-check
// No character that does not show is in an e-mail address: every one that the engine's own Unicode tables tell.

import { assert } from "./assert.js";
import { gather } from "./rules.js";

/** @import { Hand } from "./rules.js" */

const { rule, rules } = gather("e-mail addresses");
export { rules as addresses };

// Noncharacters stand for what is unassigned: what else is, the next version of Unicode may assign.
const hidden = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\p{Cf}\p{Z}\p{Noncharacter_Code_Point}\ufffd\u{e000}\u{f8ff}\u{f0000}\u{10fffd}]/u;
// What IDNA and mail software may take for the dot between two labels.
const dots = [..."\u3002\uff0e\uff61\u2024\u2025\u2026\ufe52\ufe12\ufe19\u00b7\u2027\u30fb\uff65\u2022\u22c5\u2219\u02d9\u06d4\u0701\u0702\u0964\u2e31\u2e33\ua60e\u2488\u{1f100}\u33c2"];
const shown = [..."éüñøßжяאבعربहिन्दी例子漢字かなカナ한국어ไทย😀♥٣"];

/** @param {Hand} hand */
async function openAddresses({ open }) {
  const vault = await open({ collections: { people: { properties: { email: { type: "EMAIL" } } } } });
  const { crypto } = vault.as("jane");
  /** The code of the error, or none. @param {string} email */
  return (email) =>
    crypto
      .hashObjects({ collection: "people", reason: "Maintenance", requestBody: [{ object: { fields: { email } } }] })
      .then(() => "none", (error) => error.code);
}

rule("a character that does not show is refused in every part of an address", async (hand) => {
  const codeOf = await openAddresses(hand);
  let count = 0;
  for (let point = 0; point <= 0x10ffff; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    if (!hidden.test(character)) continue;
    count += 1;
    if (count % hand.oneIn !== 0) continue;
    for (const email of [`ja${character}ne@example.com`, `jane@exam${character}ple.com`])
      assert.equal(await codeOf(email), "PV3002", `U+${point.toString(16)}`);
  }
  assert(count > 4_000, `${count}`);
});

rule("a domain has no other dot than its own, and the letters of all scripts", async (hand) => {
  const codeOf = await openAddresses(hand);
  for (const dot of dots) assert.equal(await codeOf(`jane@mail${dot}example.com`), "PV3002", JSON.stringify(dot));
  for (const letter of shown) {
    assert.equal(await codeOf(`a${letter}b@x${letter}y.com`), "none", letter);
  }
});
