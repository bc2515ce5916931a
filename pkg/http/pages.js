// @ts-check
// What is answered without asking the vault: health, the version, the pages for people, and openapi.json.

import { json, page } from "./answers.js";
import { ERRORS } from "./error-list.js";
import { describe } from "./openapi.js";
import { VERSION } from "./version.js";

/** @import { Answer } from "./answers.js" */

const HEALTH = JSON.stringify({ status: "pass" });

/** Every vault is called so: it has no database that would have an identity, or a schema to migrate. */
const PRODUCT = JSON.stringify({ vault_version: VERSION, vault_id: "vaultlet", db_schema_version: 1 });

/** @type {(title: string, body: string) => string} */
const html = (title, body) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${body}
</html>
`;

/** @param {string} basePath */
const root = (basePath) =>
  html(
    "Vaultlet",
    `<h1>Vaultlet runs here</h1>
<p>It is a vault for personal data. The REST API is below <code>${basePath}/api/pvlt/1.0</code>:
<a href="${basePath}/openapi.json">openapi.json</a> describes it, and <a href="${basePath}/errors">errors</a> lists what it
refuses.</p>`,
  );

const escape = (/** @type {string} */ text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** @param {string} basePath */
const errors = (basePath) =>
  html(
    "Errors of Vaultlet",
    `<h1>Errors</h1>
<p>What to do about each is in <code>docs/errors.md</code> of the package; what each operation and each type of property
takes, in <a href="${basePath}/openapi.json">openapi.json</a>.</p>
${ERRORS.map(({ code, status, when }) => `<h2 id="${code}">${code}</h2>\n<p>Status ${status}. ${escape(when)}</p>`).join("\n")}`,
  );

/**
 * The answer of each page, by its ID in the table of routes; made once.
 * @param {{ basePath: string, maxBodyBytes: number, collections: unknown }} about
 * @returns {Record<string, () => Answer>}
 */
export function makePages(about) {
  /** @type {string | undefined} */
  let document;
  return {
    root: () => page(root(about.basePath)),
    errors: () => page(errors(about.basePath)),
    openapi: () => json((document ??= JSON.stringify(describe(about)))),
    "data-health": () => json(HEALTH),
    "control-health": () => json(HEALTH),
    "get-version": () => json(PRODUCT),
  };
}
