// @ts-check
// Personal data in, a token out.

import { code } from "../element.js";
import { about } from "../host/collections.js";
import { fieldsOf, headline, paragraph } from "./data.js";

/** @import { Plan } from "../action/action.js" */
/** @import { Desk } from "../desk.js" */

/** @type {(desk: Desk) => Plan} */
export const make = (desk) => ({
  calls: (form) => [
    {
      as: "const [{ token_id }]",
      method: "tokens.tokenize",
      parameters: { ...about, requestBody: [{ type: String(form.get("type")), object: { fields: fieldsOf(form) } }] },
    },
  ],
  async show([[{ token_id: token }]]) {
    const isNew = await desk.take(token);
    return [
      headline("Your token"),
      paragraph(idOf(token)),
      paragraph(
        isNew
          ? "Store it, log it, send it on. Without the vault it means nothing."
          : "The same data, so the same token as before: nothing new was made.",
      ),
    ];
  },
});

/** @param {string} token */
export function idOf(token) {
  const shown = code(token);
  shown.className = "token-id";
  return shown;
}
