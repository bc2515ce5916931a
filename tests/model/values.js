// @ts-check
// Property values by datatypes.md, for the types that the model's collections use: what is accepted, its normal form,
// the transformers, and when two objects are the same data.

/** @param {any} value */
const isText = (value) => typeof value === "string";

/** @param {string} value */
export const digitsOf = (value) => value.replaceAll(/\D/g, "");

/** @param {string} digits */
export function passesLuhn(digits) {
  let sum = 0;
  for (const [position, digit] of [...digits].reverse().entries()) {
    const doubled = Number(digit) * (position % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** @param {string} value */
function isRealDate(value) {
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** The one form in which a value is kept; of other types and values as given. @type {Record<string, (value: string) => string>} */
const normalForms = {
  STRING: (value) => value.normalize("NFC"),
  NAME: (value) => value.normalize("NFC"),
  EMAIL: (value) => value.normalize("NFC"),
  PHONE_NUMBER: (value) => value.replaceAll("-", ""),
  CC_NUMBER: digitsOf,
};

/** Of a value that is accepted. @type {(type: string, value: any) => any} */
export const normalForm = (type, value) => (isText(value) ? (normalForms[type]?.(value) ?? value) : value);

/** @type {Record<string, (value: any) => boolean>} */
const accepted = {
  STRING: isText,
  NAME: isText,
  EMAIL: (value) => isText(value) && /^[\p{L}.]+@\p{L}+(\.\p{L}+)+$/u.test(value.normalize("NFC")),
  PHONE_NUMBER: (value) => isText(value) && /^\+?\d(-*\d){0,14}$/.test(value),
  SSN: (value) => isText(value) && /^\d{3}[- ]?(?!00)\d{2}[- ]?(?!0000)\d{4}$/.test(value),
  CC_NUMBER: (value) => isText(value) && /^\d([ -]?\d){12,18}$/.test(value) && passesLuhn(digitsOf(value)),
  INTEGER: (value) => Number.isSafeInteger(value) || (isText(value) && /^-?\d{1,18}$/.test(value)),
  DATE_OF_BIRTH: (value) => isText(value) && /^\d{4}-\d{2}-\d{2}$/.test(value) && isRealDate(value),
  // What JSON.stringify writes of a number is that number.
  JSON: () => true,
};

/** @type {(type: string, value: any) => boolean} */
export const accepts = (type, value) => accepted[type]?.(value) ?? false;

/** Of types but JSON. @type {Record<string, (value: string) => string>} */
const masks = {
  STRING: (value) => value.replaceAll(/\S/gu, "*"),
  NAME: (value) => value.replaceAll(/(?<=\S)\S/gu, "*"),
  EMAIL: (value) =>
    value.replace(/(?<=.).(?=.*@)/g, "*").replace(/^(.)[^@]*/, (local, first) => first + "*".repeat(local.length - 1)),
  PHONE_NUMBER: (value) => value.replaceAll(/.(?=.{4})/g, "*"),
  SSN: (value) => `***-**-${value.slice(-4)}`,
  CC_NUMBER: (value) => digitsOf(value).replaceAll(/\d(?=\d{4})/g, "*"),
  INTEGER: (value) => value.replaceAll(/\d/g, "*"),
  DATE_OF_BIRTH: (value) => `${value.slice(0, 4)}-**-**`,
};

/** @type {(type: string, transformer: string) => boolean} */
export const hasTransformer = (type, transformer) =>
  transformer === "mask" || (type === "DATE_OF_BIRTH" && transformer === "age");

/** @type {(type: string, transformer: string, value: any, now: number) => any} */
export function transform(type, transformer, value, now) {
  if (transformer === "age") return ageAt(value, new Date(now));
  return type === "JSON" ? maskJson(value) : masks[type]?.(String(value));
}

/** Each value by its own kind, keys kept. @param {any} value @returns {any} */
function maskJson(value) {
  if (Array.isArray(value)) return value.map(maskJson);
  if (value === null) return null;
  if (typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, maskJson(each)]));
  return typeof value === "boolean" ? "*" : masks[isText(value) ? "STRING" : "INTEGER"]?.(String(value));
}

/** @type {(birth: string, today: Date) => number} */
function ageAt(birth, today) {
  const [year = 0, month = 0, day = 0] = birth.split("-").map(Number);
  const thisMonth = today.getUTCMonth() + 1;
  const hadBirthday = thisMonth > month || (thisMonth === month && today.getUTCDate() >= day);
  return today.getUTCFullYear() - year - (hadBirthday ? 0 : 1);
}

/** The same text for the same data, whatever the order of its keys. @param {any} value @returns {string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join()}}`;
}
