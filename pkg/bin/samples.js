// @ts-check
// A value of each type, for the commands that the first screen prints. No value has a single quote in it: they stand in
// a shell's single quotes.

/** @import { DataType } from "../index.js" */

/** @type {Readonly<Record<DataType, unknown>>} */
export const SAMPLES = {
  ADDRESS: "12 High St.",
  BAN: "000123456789",
  BLOB: "aGVsbG8=",
  BOOLEAN: true,
  CC_CVV: "123",
  CC_EXPIRATION_STRING: "01/34",
  CC_HOLDER_NAME: "JANE MILLER",
  CC_NUMBER: "4111 1111 1111 1111",
  DATE: "2026-11-28",
  DATE_OF_BIRTH: "1993-02-22",
  DOUBLE: 1.5,
  EMAIL: "jane@example.com",
  EMAIL_STRICT: "jane@example.com",
  GENDER: "female",
  INTEGER: 7,
  JSON: { likes: ["tea"] },
  LONG_TEXT: "a long story",
  NAME: "Jane Miller",
  OBJECT_ID: "0b4f7e0e-6f9c-4f6a-9d1e-6b1d2a1c5d5e",
  PHONE_NUMBER: "+12025550143",
  SSN: "078-05-1120",
  STRING: "some text",
  TENANT_ID: "acme",
  TIMESTAMP: "2026-11-28T15:04:05Z",
  URL: "https://example.com/jane",
  US_BANK_ACCOUNT_NUMBER: "0012345678",
  US_BANK_ROUTING: "021000021",
  ZIP_CODE_US: "12345",
};
