// @ts-check
// Runs the command `vaultlet` as its users do: a process of its own, of which only what it prints and answers is seen.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

export const binary = fileURLToPath(new URL("../../pkg/bin/vaultlet.js", import.meta.url));

/** How long a start may take on a busy machine, in milliseconds. */
const PATIENCE = 120_000;

/** @typedef {{ node?: string, file?: string, cwd?: string, env?: Record<string, string>, options?: string[] }} Where */

/** A folder for one test file, gone afterwards. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "vaultlet-serve-"));
  // A server that is killed meanwhile may write to its end.
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 }));
  return {
    folder,
    /** @param {string} name @param {unknown} content text, or what becomes JSON @param {number} [mode] */
    write(name, content, mode = 0o600) {
      const path = join(folder, name);
      writeFileSync(path, typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content), { mode });
      return path;
    },
  };
}

/** Nothing of the environment that the tests run in configures what they start. */
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VAULTLET_") && name !== "NODE_OPTIONS"));
}

/** @param {string[]} words @param {Where} where */
function begin(words, { node = process.execPath, file = binary, cwd = tmpdir(), env = {}, options = [] }) {
  const child = spawn(node, [...options, file, ...words], { cwd, env: { ...cleanEnvironment(), ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (printed.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (printed.stderr += text));
  /** @type {Promise<number | NodeJS.Signals | null>} */
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)));
  return { child, printed, ended };
}

/**
 * Runs it to its end.
 * @param {string[]} words
 * @param {Where} [where]
 */
export async function vaultlet(words, where = {}) {
  const { child, printed, ended } = begin(words, where);
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  const status = await ended;
  clearTimeout(late);
  return { status, ...printed };
}

/** @typedef {Awaited<ReturnType<typeof serve>>} Served */

/**
 * `vaultlet serve` on a free port, once it listens. Ended when the test file is, if not before.
 * @param {string[]} [words]
 * @param {Where} [where]
 */
export async function serve(words = [], where = {}) {
  const port = words.some((word) => word.startsWith("--port")) || where.env?.["VAULTLET_PORT"] !== undefined ? [] : ["--port", "0"];
  const { child, printed, ended } = begin(["serve", ...port, ...words], where);
  after(() => child.kill("SIGKILL"));
  const screen = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`it does not listen:\n${printed.stdout}${printed.stderr}`)), PATIENCE);
    const look = () => {
      for (const text of [printed.stdout, printed.stderr]) {
        const end = text.indexOf("Ctrl-C ends it.\n\n");
        if (end < 0) continue;
        clearTimeout(late);
        resolve(text.slice(0, end));
      }
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    void ended.then((status) => reject(new Error(`it ended with ${status}:\n${printed.stdout}${printed.stderr}`)));
  });
  const url = /serves REST at (\S+)/.exec(screen)?.[1] ?? "";
  const key = /^ {2}API key +(\S+)$/m.exec(screen)?.[1] ?? "";
  return {
    child,
    printed,
    screen: /** @type {string} */ (screen),
    url,
    key,
    /** What it wrote to standard output after the first screen, line by line. */
    lines: () => printed.stdout.replace(/^[^]*Ctrl-C ends it\.\n\n/, "").split("\n").filter((line) => line !== ""),
    /** Waits for a line that it writes once a request is over. @param {RegExp} pattern */
    async line(pattern) {
      for (let tries = 0; ; tries += 1) {
        const line = this.lines().find((line) => pattern.test(line));
        if (line !== undefined) return line;
        if (tries === 2_000) throw new Error(`no line is like ${pattern}:\n${printed.stdout}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    /**
     * Calls an operation of the API.
     * @param {string} method
     * @param {string} path below `/api/pvlt/1.0/data/collections/`
     * @param {unknown} [body]
     * @param {Record<string, string>} [headers]
     */
    async call(method, path, body, headers = {}) {
      const response = await fetch(`${url}/api/pvlt/1.0/data/collections/${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { "content-type": "application/json" }), ...headers },
        ...(body !== undefined && { body: typeof body === "string" || body instanceof Uint8Array ? /** @type {BodyInit} */ (body) : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
    },
    /** @param {NodeJS.Signals} [signal] @returns the exit code */
    end(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

/** What most tests send. */
export const jane = "jane.secret@example.com";
export const tokens = "customers/tokens?reason=AppFunctionality";
export const makeJane = [{ type: "randomized", object: { fields: { email: jane } } }];
