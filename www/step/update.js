// @ts-check
// New data for a token: from fields, or out of a ciphertext that was made elsewhere.

import { NotYet } from "../desk.js";
import { element, find } from "../element.js";
import { about } from "../host/collections.js";
import { dataList, fieldsOf, headline, paragraph } from "./data.js";
import { readingOf } from "./read.js";

/** @import { Call, Plan } from "../action/action.js" */
/** @import { Desk } from "../desk.js" */

/** The update, and a look at what came of it. @param {string} token @param {object} requestBody @returns {Call[]} */
const updating = (token, requestBody) => [
  { method: "tokens.updateTokens", parameters: { ...about, tokenIds: [token], requestBody } },
  readingOf(token),
];

/** @param {any[]} answers */
const updated = ([, [found]]) => [headline("The same token now stands for"), dataList(found.fields)];

/** @type {(desk: Desk) => Plan} */
export const updateFromFields = (desk) => ({
  calls: (form) => updating(desk.token, { object: { fields: fieldsOf(form) } }),
  show: updated,
});

/** @type {() => Plan} */
export const encrypt = () => ({
  calls: (form) => [
    {
      as: "const [{ ciphertext }]",
      method: "crypto.encrypt",
      parameters: { ...about, requestBody: [{ object: { fields: fieldsOf(form) }, scope: String(form.get("scope")) }] },
    },
  ],
  show([[{ ciphertext }]], [call]) {
    const form = find("#update-encrypted form", HTMLFormElement);
    find("[name=ciphertext]", HTMLTextAreaElement, form).value = ciphertext;
    find("[name=scope]", HTMLInputElement, form).value = call?.parameters.requestBody[0].scope;
    form.dispatchEvent(new Event("input"));
    return [
      headline("The ciphertext"),
      element("p", { class: "ciphertext" }, element("code", {}, ciphertext)),
      paragraph("It is in the form below, too. The database holds nothing of it."),
    ];
  },
});

/** @type {(desk: Desk) => Plan} */
export const updateFromCiphertext = (desk) => ({
  calls(form) {
    const ciphertext = String(form.get("ciphertext")).trim();
    if (ciphertext === "") throw new NotYet("There is no ciphertext yet. Encrypt something first, just above.");
    const object = { encrypted: { ciphertext, scope: String(form.get("scope")) } };
    const props = form.getAll("props").map(String);
    if (props.length === 0) throw new NotYet("No property is chosen. Choose at least one.");
    return updating(desk.token, { object, props });
  },
  show: updated,
});
