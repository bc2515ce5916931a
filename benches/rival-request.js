// @ts-check
// What a request to the rival must look like: strict, as Vaultlet's own is.

/** An error with the code that Vaultlet would give. */
export class RivalError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = "RivalError";
    this.code = code;
  }
}

const REASONS = new Set([
  "AppFunctionality",
  "Analytics",
  "Notifications",
  "Marketing",
  "ThirdPartyMarketing",
  "FraudPreventionSecurityAndCompliance",
  "AccountManagement",
  "Maintenance",
  "DataSubjectRequest",
  "Other",
]);
const TOKEN_ID = /^[A-Za-z0-9_-]{1,128}$/;
const SECONDS = /^[0-9]{1,10}$/;
const MOST_SECONDS = 3_153_600_000;
const MOST_TAGS = 10;
const MOST_CHARACTERS = 256;

/** @param {string} field @returns {RivalError} */
export function malformed(field) {
  return new RivalError("PV1012", `\`${field}\` is missing, unknown or of the wrong type`);
}

/**
 * An object with no keys but these.
 * @param {unknown} value @param {ReadonlySet<string>} allowed @param {string} place
 * @returns {Record<string, unknown>}
 */
export function only(value, allowed, place) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(place);
  for (const key in value) if (!allowed.has(key)) throw malformed(`${place}.${key}`);
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {unknown} value @returns {string} */
export function reason(value) {
  if (value === undefined || value === "") throw new RivalError("PV1001", "`reason` is missing");
  if (typeof value !== "string" || !REASONS.has(value)) throw new RivalError("PV1002", "`reason` is unknown");
  return value;
}

/**
 * Token IDs, each once, in the order given.
 * @param {unknown} value @param {number} most @returns {string[]}
 */
export function tokenIds(value, most) {
  if (!Array.isArray(value) || value.length === 0) throw malformed("tokenIds");
  const ids = new Set();
  for (let index = 0; index < value.length; index += 1) {
    const id = value[index];
    if (typeof id !== "string" || !TOKEN_ID.test(id)) throw malformed(`tokenIds[${index}]`);
    ids.add(id);
  }
  if (ids.size > most) throw new RivalError("VL1001", "`tokenIds` names too many tokens");
  return [...ids];
}

/** @param {unknown} value @param {string} place @returns {string} */
function shortText(value, place) {
  // Only a text longer in UTF-16 units can be longer in code points.
  if (typeof value !== "string" || value === "") throw malformed(place);
  if (value.length > MOST_CHARACTERS && [...value].length > MOST_CHARACTERS) throw malformed(place);
  return value;
}

/** @param {unknown} value @param {string} place @param {number} most @returns {string[]} */
function texts(value, place, most) {
  if (!Array.isArray(value)) throw malformed(place);
  const kept = new Set();
  for (let index = 0; index < value.length; index += 1) kept.add(shortText(value[index], `${place}[${index}]`));
  if (kept.size > most) throw malformed(place);
  return [...kept];
}

/** @param {unknown} value @returns {string[]} */
export function tags(value) {
  return texts(value, "tags", MOST_TAGS);
}

/** @param {unknown} value @returns {string[]} */
export function tenants(value) {
  if (value === undefined) return [];
  const listed = texts(value, "xTenantId", 100);
  if (listed.length === 0) throw malformed("xTenantId");
  return listed;
}

/**
 * How the expiry changes: not at all, to never, or to so many milliseconds from now.
 * @param {unknown} value @returns {{ kind: "keep" } | { kind: "never" } | { kind: "in", millis: number }}
 */
export function expiration(value) {
  if (value === undefined) return { kind: "keep" };
  if (value === "") return { kind: "never" };
  if (typeof value !== "string" || !SECONDS.test(value)) throw malformed("expirationSecs");
  const seconds = Number(value);
  if (seconds > MOST_SECONDS) throw malformed("expirationSecs");
  return { kind: "in", millis: seconds * 1000 };
}

/** @type {Record<string, (value: string) => boolean>} */
const TYPES = {
  STRING: () => true,
  NAME: () => true,
  EMAIL: (value) => value.length <= 254 && /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/.test(value),
  PHONE_NUMBER: (value) => value.length <= 31 && /^\+?[0-9](-?[0-9]){0,14}$/.test(value),
  SSN: (value) => /^[0-9]{3}([- ]?)[0-9]{2}\1[0-9]{4}$/.test(value),
  DATE_OF_BIRTH: (value) => /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) && isDate(value),
};

/** @param {string} value */
function isDate(value) {
  const month = Number(value.slice(5, 7));
  const day = Number(value.slice(8));
  const days = new Date(Date.UTC(2000 + (Number(value.slice(0, 4)) % 400), month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= days;
}

/** @typedef {Readonly<Record<string, { type: string, nullable?: boolean | undefined }>>} Properties */

/**
 * The canonical JSON of an object's fields (all types here are text), and the names that it has.
 * @param {unknown} value @param {Properties} properties
 * @returns {{ json: string, names: string[] }}
 */
export function fields(value, properties) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed("requestBody.object.fields");
  const given = /** @type {Record<string, unknown>} */ (value);
  /** @type {string[]} */
  const names = [];
  for (const name in given) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) throw new RivalError("PV3004", `\`${name}\` is no property of the collection`);
    const content = given[name];
    if (content === undefined || (content === null && property.nullable === true)) continue;
    if (typeof content !== "string" || !TYPES[property.type]?.(content)) {
      throw new RivalError("PV3002", `\`${name}\` is no ${property.type}`);
    }
    names.push(name);
  }
  if (names.length === 0) throw malformed("requestBody.object.fields");
  const asked = [...names];
  names.sort();
  let json = "{";
  for (const name of names) json += `${json === "{" ? "" : ","}${JSON.stringify(name)}:${JSON.stringify(given[name])}`;
  return { json: `${json}}`, names: asked };
}
