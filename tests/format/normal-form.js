// @ts-check
// The form in which a property's value is kept, once more: written from docs/datatypes.md and from nothing else.

const composed = "STRING LONG_TEXT ADDRESS TENANT_ID OBJECT_ID NAME CC_HOLDER_NAME GENDER EMAIL US_BANK_ACCOUNT_NUMBER".split(" ");

/** @param {string} type @param {any} value */
export function normalForm(type, value) {
  if (typeof value !== "string") return value;
  if (type === "CC_NUMBER") return value.replaceAll(/[ -]/g, "");
  if (type === "PHONE_NUMBER") return value.replaceAll("-", "");
  return composed.includes(type) ? value.normalize("NFC") : value;
}
