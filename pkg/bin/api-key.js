// @ts-check
// `vaultlet api-key USER`: a new API key, and its line for `--api-keys`.

import { hashApiKey, isUserName, makeApiKey } from "./api-keys.js";
import { Refusal } from "./refusal.js";

/** @param {string[]} words */
export function apiKeyCommand([user, ...others]) {
  if (user === undefined) throw new Refusal("`vaultlet api-key USER` needs the user's name", "usage");
  if (others.length > 0) throw new Refusal("`vaultlet api-key USER` takes one name", "usage");
  if (!isUserName(user) || user.startsWith("-")) throw new Refusal("the user's name is empty, is `*`, or begins with `-`", "usage");
  const key = makeApiKey();
  const hash = hashApiKey(key).toString("hex");
  // TOML takes no DEL as it is; of all else that it does not take, JSON has an escape as well.
  const name = JSON.stringify(user).replaceAll("\u007f", "\\u007f");
  const bare = /^[A-Za-z0-9_-]+$/.test(user) ? user : name;
  process.stdout.write(`The key. It is shown here and kept nowhere:
  ${key}

Its line in the file of --api-keys, if that is TOML:
  ${bare} = "${hash}"
If it is JSON:
  ${name}: "${hash}"
`);
}
