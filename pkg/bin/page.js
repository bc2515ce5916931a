// @ts-check
// What a browser sees at `/`: the demo page, where `npm run www` has made its files, or one small page that says what
// runs here. All that is no file of it goes to the API's handler.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";

/** @import { Handler } from "./listen.js" */

/** Made by `npm run www`, in the repository; the published package has none. */
const FOLDER = fileURLToPath(new URL("../../target/www/", import.meta.url));

/** The API's own addresses: no file can stand in their place. */
const API = /^\/(?:api\/|openapi\.json$|errors$)/;

/** @param {string} [folder] */
export const hasDemo = (folder = FOLDER) => existsSync(join(folder, "index.html"));

/**
 * @param {Handler} api
 * @param {string} [folder]
 * @returns {Handler}
 */
export function withPage(api, folder = FOLDER) {
  const files = hasDemo(folder) ? new Hono().use(serveStatic({ root: folder })) : undefined;
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (!["GET", "HEAD"].includes(request.method) || API.test(pathname)) return api(request);
    if (files === undefined) return pathname === "/" ? smallPage(request.method) : api(request);
    const file = await files.fetch(request);
    if (file.status === 404) return api(request);
    // Whole, and not as a stream: the adapter writes to standard output where a client leaves in the middle of one.
    const page = new Response(request.method === "HEAD" ? null : await file.arrayBuffer(), file);
    // Its files have no names that change with them.
    page.headers.set("Cache-Control", "no-cache");
    page.headers.set("X-Content-Type-Options", "nosniff");
    return page;
  };
}

const STYLE = `
  :root { color-scheme: light dark; font: 1.0625rem/1.6 system-ui, sans-serif; }
  body { max-width: 38rem; margin: 12vh auto; padding: 0 1.25rem; }
  h1 { font-size: 1.5rem; line-height: 1.25; }
  code { font-size: 0.9375em; }
`;

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Vaultlet</title>
<style>${STYLE}</style>
<main>
<h1>Vaultlet runs here</h1>
<p>It is a vault for personal data. Programs give it data and get tokens, opaque IDs that stand for the data; only who is
allowed to turns a token back.</p>
<p>The REST API is below <code>/api/pvlt/1.0</code>. <a href="openapi.json">openapi.json</a> describes it, and
<a href="errors">errors</a> lists what it refuses. The terminal in which this server was started shows three commands to
begin with.</p>
</main>
</html>
`;

const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; frame-ancestors 'none'`;

/** @param {string} method */
function smallPage(method) {
  return new Response(method === "HEAD" ? null : HTML, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": POLICY,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
