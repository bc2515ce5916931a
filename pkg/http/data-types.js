// @ts-check
// The types of properties as schemas, for openapi.json, by their names. Each says what the type accepts, as far as a schema
// can: the check digit of a card's number, the days of a month and the like are told in words.

const text = { type: "string" };

/** @type {(pattern: string, about?: string) => object} */
const shaped = (pattern, about) => ({ ...text, pattern, ...(about !== undefined && { description: about }) });

/** @type {Record<string, object>} */
export const DATA_TYPES = {
  STRING: text,
  LONG_TEXT: text,
  ADDRESS: text,
  TENANT_ID: text,
  OBJECT_ID: text,
  NAME: text,
  CC_HOLDER_NAME: text,
  GENDER: text,
  EMAIL: { ...text, format: "idn-email", description: "The domain has a dot, or is an address in brackets; no character is invisible." },
  EMAIL_STRICT: { ...text, format: "email", description: "The domain has a dot, or is an address in brackets." },
  PHONE_NUMBER: shaped("^\\+?[0-9](-*[0-9]){0,14}$"),
  SSN: shaped("^[0-9]{3}[- ]?(0[1-9]|[1-9][0-9])[- ]?([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])$"),
  ZIP_CODE_US: shaped("^[0-9]{5}([- ][0-9]{4})?$"),
  BAN: shaped("^[0-9]{5,17}$"),
  US_BANK_ACCOUNT_NUMBER: { ...text, minLength: 1 },
  US_BANK_ROUTING: shaped("^([0-9]{9}|[0-9]{4}/[0-9]{4}|[0-9]{2}-[0-9]{4}/[0-9]{4})$"),
  CC_NUMBER: shaped("^[0-9]([ -]?[0-9]){12,18}$", "The last digit is the check digit of the others (Luhn)."),
  CC_EXPIRATION_STRING: shaped("^(0[1-9]|1[0-2])/([0-9]{2}|[0-9]{4})$"),
  CC_CVV: shaped("^[0-9]{3,4}$"),
  DATE: { ...text, format: "date" },
  DATE_OF_BIRTH: { ...text, format: "date" },
  TIMESTAMP: { ...text, description: "RFC 3339, ANSIC, UnixDate, RFC 822, RFC 850 or RFC 1123." },
  URL: { ...text, description: "An absolute URL with a host, or a path from the root." },
  INTEGER: {
    anyOf: [
      { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
      shaped("^(0|-?[1-9][0-9]{0,18})$", "Of 64 bits."),
    ],
  },
  DOUBLE: { type: "number", description: "One that JavaScript writes back as it was." },
  BOOLEAN: { type: "boolean" },
  BLOB: {
    ...shaped("^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$"),
    contentEncoding: "base64",
  },
  JSON: { description: "Any JSON value, but numbers that JavaScript would write back as another." },
};
