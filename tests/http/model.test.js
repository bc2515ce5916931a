// @ts-check
// What holds of a vault in the process holds of it over HTTP, answer for answer and code for code: the reference of
// `tests/model` against vaults that are called by the official client.

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkModel } from "../model/check.js";
import { ModelHost } from "../model/model-host.js";
import { counts, isBeyondRest, overHttp } from "./over-http.js";

/** Each is a dozen calls or so. `tests/model` plays thousands of them in the process. */
const SEQUENCES = 60;

const how = { isInProcess: isBeyondRest };

/** @import { Settings } from "../model/world.js" */

test("the reference agrees with a vault over HTTP on random sequences", async (t) => {
  /** @type {(() => void)[]} */
  let closing = [];
  /** @param {Settings} settings */
  const open = async (settings) => {
    for (const close of closing) close();
    const opened = await ModelHost.open(settings);
    const [writing, reading] = [await overHttp(opened.writing, how), await overHttp(opened.reading, how)];
    closing = [writing.close, reading.close];
    // Every request over HTTP has an ID.
    const { host } = opened;
    const call = host.call.bind(host);
    host.call = async (...parameters) => {
      const made = await call(...parameters);
      for (const each of [...made.recorded.questions, ...made.recorded.events]) delete each.requestId;
      return made;
    };
    return { ...opened, writing: writing.vault, reading: reading.vault };
  };
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { passed, report } = await checkModel({ sequences: SEQUENCES, seed, show: "first", open });
  for (const close of closing) close();
  t.diagnostic(`${report}\n${JSON.stringify(counts)}`);
  assert(passed, report);
  assert(counts.client > 4 * SEQUENCES && counts.rest > SEQUENCES / 4, JSON.stringify(counts));
  assert(counts.process < counts.client / 4, JSON.stringify(counts));
});
