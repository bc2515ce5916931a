// @ts-check
// What a browser sees at `/`: the demo page, where `npm run www` has made its files. All that is no file of it goes to
// the API's handler, which has a small page of its own.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";

import { keepTold } from "../http/answers.js";
import { requestIdOf } from "./http-refusal.js";

/** @import { Handler } from "./listen.js" */

/** Made by `npm run www`, in the repository; the published package has none. */
const FOLDER = fileURLToPath(new URL("../../target/www/", import.meta.url));

/** The API's own addresses: no file can stand in their place. */
const API = /^\/(?:api\/|openapi\.json$|errors$)/;

/** No file of the page has a name that is escaped, or as long. Looking for one would decode it, for everybody who sends it. */
const NO_NAME = /%|^.{257}/;

/** @param {string} [folder] */
export const hasDemo = (folder = FOLDER) => existsSync(join(folder, "index.html"));

/**
 * @param {Handler} api
 * @param {string} [folder]
 * @returns {Handler}
 */
export function withPage(api, folder = FOLDER) {
  if (!hasDemo(folder)) return api;
  const files = new Hono().use(serveStatic({ root: folder }));
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (!["GET", "HEAD"].includes(request.method) || API.test(pathname) || NO_NAME.test(pathname)) return api(request);
    const file = await files.fetch(request);
    if (file.status === 404) return api(request);
    // Whole, and not as a stream: the adapter writes to standard output where a client leaves in the middle of one.
    const page = new Response(request.method === "HEAD" ? null : await file.arrayBuffer(), file);
    // As all answers have them. (Its files have no names that change with them.)
    page.headers.set("Cache-Control", "no-store");
    page.headers.set("X-Content-Type-Options", "nosniff");
    const requestId = requestIdOf(request.headers.get("X-Pvault-Request-ID"));
    page.headers.set("X-Pvault-Request-ID", requestId);
    keepTold(request, { requestId });
    return page;
  };
}
