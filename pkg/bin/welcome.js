// @ts-check
// The first screen: what runs, where, and three commands that work as they stand, in this order and again.

import { SAMPLES } from "./samples.js";

/** @import { Collections, DataType } from "../index.js" */

/**
 * @typedef {object} Facts
 * @property {string} version
 * @property {string} url
 * @property {boolean} hasDemo whether the demo page is at `/`
 * @property {Collections} collections
 * @property {string | undefined} collectionsFile
 * @property {string} store
 * @property {string} keys
 * @property {string} callers
 * @property {string} audit
 * @property {string | undefined} adminKey
 * @property {boolean} isOpen whether others than this machine can reach it
 */

/** Most collections that are named. */
const NAMED = 5;

/** @param {Facts} facts */
export function firstScreen({ version, url, hasDemo, collections, collectionsFile, store, keys, callers, audit, adminKey, isOpen }) {
  const names = Object.keys(collections);
  const others = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  const shown = names.length === 0 ? "none" : names.slice(0, NAMED).join(", ") + others;
  const lines = [
    `Vaultlet ${version} serves REST at ${url}`,
    "",
    `  in a browser  ${url}/ (${hasDemo ? "the demo page" : "what runs here"})`,
    `  collections   ${shown} (${collectionsFile ?? "to begin with; yours: --collections FILE"})`,
    `  store         ${store}`,
    `  keys          ${keys}`,
    `  callers       ${callers}`,
    ...(adminKey === undefined ? [] : [`  API key       ${adminKey}`]),
    `  audit         ${audit}`,
    ...(isOpen ? ["", "  Others can reach this address, and what passes is not encrypted: put TLS in front."] : []),
    "",
    ...commands(url, collections, adminKey),
    "",
    "Ctrl-C ends it.",
  ];
  return lines.join("\n");
}

/** @param {string} url @param {Collections} collections @param {string | undefined} adminKey */
function commands(url, collections, adminKey) {
  const found = sampleOf(collections);
  if (found === undefined) return ["Ask whether it runs:", "", `  curl ${url}/api/pvlt/1.0/data/info/health`];
  const { collection, fields } = found;
  // Text in a shell's single quotes is what it is; a variable is not.
  const key = adminKey === undefined ? `"Authorization: Bearer $VAULTLET_API_KEY"` : `'Authorization: Bearer ${adminKey}'`;
  const tokens = `${url}/api/pvlt/1.0/data/collections/${collection}/tokens?reason=AppFunctionality`;
  const json = "-H 'Content-Type: application/json'";
  const body = JSON.stringify([{ type: "pci", object: { fields }, tags: ["first"] }]);
  return [
    ...(adminKey === undefined ? ["With the API key of one of the callers in the variable VAULTLET_API_KEY:", ""] : []),
    "Make a token, let it expire in an hour, and turn it back into data:",
    "",
    `  curl -H ${key} ${json} -d '${body}' '${tokens}' -w '\\n'`,
    "",
    `  curl -H ${key} ${json} -X PATCH -d '{}' '${tokens}&tags=first&expiration_secs=3600' -w '%{http_code}\\n'`,
    "",
    `  curl -H ${key} '${tokens}&tags=first&options=include_metadata' -w '\\n'`,
  ];
}

/**
 * Two properties of the first collection that has some.
 * @param {Collections} collections
 */
function sampleOf(collections) {
  for (const [collection, { properties }] of Object.entries(collections)) {
    const fields = Object.fromEntries(
      Object.entries(properties)
        .slice(0, 2)
        .map(([name, { type }]) => [name, SAMPLES[/** @type {DataType} */ (type)]]),
    );
    if (Object.keys(fields).length > 0) return { collection, fields };
  }
  return undefined;
}
