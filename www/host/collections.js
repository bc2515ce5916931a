// @ts-check
// What this page's vault keeps.

/** @satisfies {import("vaultlet").Collections} */
export const collections = {
  customers: {
    properties: {
      name: { type: "NAME" },
      email: { type: "EMAIL" },
      phone: { type: "PHONE_NUMBER" },
      ssn: { type: "SSN" },
    },
  },
};

/** What every call of this page says of itself. */
export const about = { collection: "customers", reason: "AppFunctionality" };

export const properties = Object.keys(collections.customers.properties);
