// @ts-check
// Drivers whose declarations need the types of a page, or of packages that are not here: TypeScript follows no `load`.

import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

export const { Miniflare } = load("miniflare");
export const { default: puppeteer } = load("puppeteer-core");
