// @ts-check
// Tags and expiry; an archived token, and its return.

import { about } from "../host/collections.js";
import { dataList, headline, paragraph } from "./data.js";
import { readingOf } from "./read.js";

/** @import { Plan } from "../action/action.js" */
/** @import { Desk } from "../desk.js" */

/** @param {string} token @param {object} parameters */
const updating = (token, parameters) => ({
  method: "tokens.updateTokens",
  parameters: { ...about, tokenIds: [token], ...parameters },
});

/** @param {string} token */
const lookingAt = (token) => {
  const { parameters, ...call } = readingOf(token);
  return { ...call, parameters: { ...parameters, options: ["include_metadata"] } };
};

/** @type {(desk: Desk) => Plan} */
export const setTagsAndExpiry = (desk) => ({
  calls(form) {
    const tags = String(form.get("tags"))
      .split(",")
      .map((tag) => tag.trim())
      .filter((tag) => tag !== "");
    const expires = String(form.get("expires"));
    const expirationSecs = expires === "keep" ? {} : { expirationSecs: expires };
    return [updating(desk.token, { ...expirationSecs, requestBody: { tags } }), lookingAt(desk.token)];
  },
  show: ([, [found]]) =>
    found === undefined
      ? [
          headline("The token is archived."),
          paragraph("Asked for its data, the vault answers an empty list. The row is still there, in step 6."),
        ]
      : labelled("Tags and expiry are set.", found),
});

/** @type {(desk: Desk) => Plan} */
export const revive = (desk) => ({
  calls: () => [
    updating(desk.token, { options: ["archived"], expirationSecs: "", requestBody: {} }),
    lookingAt(desk.token),
  ],
  show: ([, [found]]) => labelled("The token is back, and so is its data.", found),
});

/** @param {string} what @param {any} found */
function labelled(what, { fields, metadata: { tokens } }) {
  const [{ tags, expiration_time: expires }] = tokens;
  return [headline(what), dataList({ ...fields, tags: tags.join(", ") || "none", expires: timeOf(expires) })];
}

/** @param {string | number | null} time */
export const timeOf = (time) => (time === null ? "never" : new Date(time).toLocaleString());
