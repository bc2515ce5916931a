// @ts-check
// The audit trail: one line of JSON for each event, appended to a file, and on the disk before the call goes on. Calls
// that come while the disk is busy share the next turn.

import { open } from "node:fs/promises";

import { FILE_SAYS, Refusal, codeOf, told } from "./refusal.js";

/** @import { AuditEvent } from "../index.js" */

/** @typedef {{ line: string, resolve: () => void, reject: (reason: unknown) => void }} Waiting */

/**
 * @param {string} file made if it is not there, for its owner alone
 * @param {string} option that names it
 * @returns {Promise<{ audit: (event: AuditEvent) => Promise<void>, close: () => Promise<void> }>}
 */
export async function openAudit(file, option) {
  const handle = await open(file, "a", 0o600).catch((error) => {
    throw new Refusal(`\`${option}\` ${file}: cannot be written (${told(codeOf(error), FILE_SAYS)})`);
  });
  /** @type {Waiting[]} */
  let waiting = [];
  let isWriting = false;
  /** After a failure, half a line may stand in the file. */
  let isTorn = false;

  async function writeAll() {
    isWriting = true;
    while (waiting.length > 0) {
      const turn = waiting;
      waiting = [];
      try {
        await handle.appendFile((isTorn ? "\n" : "") + turn.map(({ line }) => line).join(""));
        await handle.datasync().catch(unlessPipe);
        isTorn = false;
        for (const { resolve } of turn) resolve();
      } catch (error) {
        isTorn = true;
        for (const { reject } of turn) reject(error);
      }
    }
    isWriting = false;
  }

  return {
    audit: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ line: `${JSON.stringify(event)}\n`, resolve, reject });
        if (!isWriting) void writeAll();
      }),
    close: () => handle.close(),
  };
}

/** `/dev/stdout`, for one, has no disk. @param {unknown} error */
function unlessPipe(error) {
  if (codeOf(error) !== "EINVAL") throw error;
}
