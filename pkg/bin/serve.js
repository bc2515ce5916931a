// @ts-check
// `vaultlet serve`: reads the files it is given, opens the store and the vault, and serves them until it is told to end.

import { createHandler } from "../http.js";
import { generateKeys, openVault } from "../index.js";
import { makeAccess } from "./access.js";
import { openAudit } from "./audit.js";
import { readCollections } from "./collections.js";
import { readDocument } from "./document.js";
import { versionText } from "./help.js";
import { listen } from "./listen.js";
import { makeLog } from "./log.js";
import { hasDemo, withPage } from "./page.js";
import { Refusal, codeOf } from "./refusal.js";
import { reopening } from "./reopening.js";
import { checkStore, openStore } from "./stores.js";
import { firstScreen } from "./welcome.js";

/** @import { Keys, Settings, Store } from "../index.js" */
/** @import { Log } from "./log.js" */
/** @import { Options } from "./options.js" */
/** @import { OpenStore } from "./stores.js" */

/** How often rows that have had their time are deleted, in milliseconds. */
const PRUNE = 3_600_000;

/** How long the end takes at most, in milliseconds. */
const LATEST = 9_800;

/** Addresses that only this machine reaches. */
const OWN = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** @param {Options} options */
export async function serve(options) {
  // While it starts, nothing has begun. (Where it is the first process of a container, the kernel would drop the signal.)
  const onEnd = endBySignal();
  const log = makeLog(options.log, (line) => void process.stdout.write(`${line}\n`));
  // All that can be wrong with the files, before anything is made or connected.
  const collections = readCollections(options);
  const access = makeAccess(options);
  checkStore(options.store, options.sayOf("store"));
  const keys = readKeys(options);
  const trail = options.audit === undefined ? undefined : await openAudit(options.audit, options.sayOf("audit"));
  const open = await openStore(options.store, options.sayOf("store"), (code) => log.trouble("an idle connection to the store", code));
  const { policy, authenticate } = access;
  const store = tellingStore(open.store, log);
  const audit = trail && telling(trail.audit, "audit", log);
  async function openServed() {
    const settings = settingsFor(options.maxBody);
    const vault = await openVault({ keys, collections, store, policy, audit, settings });
    return { vault, handler: createHandler({ vault, authenticate, collections, maxBodyBytes: options.maxBody }) };
  }
  const first = await openServed().catch(async (error) => {
    await open.close();
    throw refusalOf(error, options);
  });
  const api = reopening({
    first,
    open: openServed,
    onEnded: () => log.trouble("the vault, which is opened anew", "VL5002"),
    onLost(error) {
      process.stderr.write(`vaultlet: the vault has failed and cannot be opened anew (${codeOf(error)})\n`);
      process.exit(1);
    },
  });
  const server = await listen({ handler: withPage(api.handler), host: options.host, hostOption: options.sayOf("host"), port: options.port, log }).catch(async (error) => {
    await open.close();
    throw error;
  });
  const pruning = keepPruned(open, log);
  onEnd(async () => {
    clearInterval(pruning);
    await server.stop(api.close);
    api.close();
    await trail?.close();
    await open.close();
  });
  const screen = firstScreen({
    version: versionText(),
    url: server.url,
    hasDemo: hasDemo(),
    collections,
    collectionsFile: options.collections,
    store: open.shown,
    keys: options.keys ?? "made for this run",
    callers: access.shown,
    audit: options.audit ?? "nowhere (--audit FILE keeps a trail)",
    adminKey: access.adminKey,
    isOpen: !OWN.test(options.host),
  });
  // With `--log json` standard output is JSON and nothing else.
  (options.log === "json" ? process.stderr : process.stdout).write(`${screen}\n\n`);
}

/** @param {Options} options @returns {Keys} */
function readKeys({ keys, store, sayOf }) {
  if (keys !== undefined) return /** @type {any} */ (readDocument(sayOf("keys"), keys, { isSecret: true }).members);
  if (store === "memory") return generateKeys();
  throw new Refusal("`--keys` is missing: what a store keeps is lost without its keys; `vaultlet keys` makes a keyring");
}

/**
 * A body of the greatest size, as base64 where it is a blob, has to fit into a vault, and several at once.
 * @param {number} maxBody
 * @returns {Settings}
 */
function settingsFor(maxBody) {
  const maxRequestBytes = Math.max(8 * 1024 * 1024, 2 * maxBody);
  return { maxRequestBytes, maxPendingBytes: Math.max(64 * 1024 * 1024, 4 * maxRequestBytes) };
}

/**
 * The same, and the log has the code of what it throws: the answer to the client has not, and the line of the request names
 * only the callback.
 * @template {unknown[]} Given @template Answer
 * @param {(...given: Given) => Answer} callback
 * @param {string} what
 * @param {Log} log
 * @returns {(...given: Given) => Answer}
 */
function telling(callback, what, log) {
  /** @param {unknown} error @returns {never} */
  const tell = (error) => {
    log.trouble(what, codeOf(error));
    throw error;
  };
  return (...given) => {
    try {
      const answer = callback(...given);
      // A store that answers at once is not made to wait.
      return answer instanceof Promise ? /** @type {any} */ (answer.catch(tell)) : answer;
    } catch (error) {
      return tell(error);
    }
  };
}

/** @type {(store: OpenStore["store"], log: Log) => Store} */
function tellingStore(store, log) {
  const { maxWrites, maxRowBytes, write } = store;
  return {
    read: telling(store.read.bind(store), "store.read", log),
    ...(write && { write: telling(write.bind(store), "store.write", log) }),
    ...(maxWrites !== undefined && { maxWrites }),
    ...(maxRowBytes !== undefined && { maxRowBytes }),
  };
}

/** What the vault refuses, told with the file that it stands in. @type {(error: unknown, options: Options) => unknown} */
function refusalOf(error, { keys, collections }) {
  const { code, message, context } = /** @type {{ code?: unknown, message?: unknown, context?: { place?: string } }} */ (error);
  if (code !== "VL1000") return error;
  const file = context?.place?.startsWith("keys") ? keys : collections;
  return new Refusal(`${file === undefined ? "" : `${file}: `}${message}`);
}

/** @type {(open: OpenStore, log: Log) => NodeJS.Timeout} */
function keepPruned({ store }, log) {
  return setInterval(async () => {
    try {
      await store.prune(Date.now());
    } catch (error) {
      log.trouble("pruning the store", codeOf(error));
    }
  }, PRUNE).unref();
}

/**
 * Once; a second signal changes nothing, for npm sends each of them twice.
 * @returns {(end: () => Promise<void>) => void} is told how to end, and until then there is nothing to do for it
 */
function endBySignal() {
  let end = async () => {};
  let isEnding = false;
  // A terminal that is closed sends the third.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      // What has promised to end by then, and has not: a connection to the store, for one.
      setTimeout(() => process.exit(0), LATEST).unref();
      end().then(
        () => process.exit(0),
        // A store that cannot be closed any more has nothing that was not written.
        () => process.exit(0),
      );
    });
  }
  return (how) => void (end = how);
}
