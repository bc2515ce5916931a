#!/usr/bin/env node
// @ts-check
// The command `vaultlet`: finds out what is asked for, and has it done. What its user can mend ends in one line on
// standard error.

import { apiKeyCommand } from "./api-key.js";
import { helpText, versionText } from "./help.js";
import { keysCommand } from "./keys.js";
import { readOptions } from "./options.js";
import { Refusal, codeOf } from "./refusal.js";

/** @type {Record<string, (words: string[]) => void | Promise<void>>} */
const commands = {
  async serve(words) {
    const options = readOptions(words, process.env);
    // The server and its libraries only where there is something to serve.
    const { serve } = await import("./serve.js");
    await serve(options);
  },
  keys: keysCommand,
  "api-key": apiKeyCommand,
};

/** @param {string[]} words */
async function run([command, ...words]) {
  const asked = [command, ...words];
  if (asked.includes("--help") || asked.includes("-h") || command === "help") return print(helpText);
  if (command === "--version" || command === "-v") return print(versionText());
  if (command === undefined) throw new Refusal(`a command is missing: ${Object.keys(commands).join(", ")}`, "usage");
  const work = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (work === undefined) throw new Refusal("the first word is no command of `vaultlet`", "usage");
  await work(words);
}

/** @param {string} text */
const print = (text) => void process.stdout.write(`${text}\n`);

const words = process.argv.slice(2);

// Whoever reads this may go away before it ends, as `head` does, and the server goes on without its log. A key that could
// not be written is nobody's.
process.stdout.on("error", (error) => {
  const code = codeOf(error);
  if (code === "EPIPE" || words[0] === "serve") return;
  console.error(`vaultlet: standard output cannot be written (${code})`);
  process.exit(1);
});
process.stderr.on("error", () => {});

run(words).catch((error) => {
  if (!(error instanceof Refusal)) throw error;
  console.error(`vaultlet: ${error.message}`);
  process.exit(error.exitCode);
});
