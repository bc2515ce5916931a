// @ts-check
// What happens when something goes wrong: a caller without the right, a lost reply, a changed row, a stolen store.

import { openVault } from "vaultlet";

import { losingFirstReply } from "./losing-store.js";
import { about } from "./main-job.js";
import { check, say, show, showBytes, showNamed, showRefusal, step } from "./terminal.js";
import { holds } from "./witness.js";

/** @import { Change, Row } from "vaultlet" */

/** @param {Awaited<ReturnType<typeof import("./main-job.js").mainJob>>} job */
export async function trouble({ host, vault, audited, witness, current }) {
  const { store } = host;
  const { tokens } = witness.watch(vault.as({ name: "signup" }));
  const [id, ...others] = current;
  if (id === undefined || others.length < 2) throw new Error("the main job leaves three tokens");

  step(
    "A caller whom the policy refuses",
    "The newsletter may read e-mail addresses and nothing else. The vault asks your policy before it reads " +
      "the store, and again when it knows which properties a token holds.",
  );
  const newsletter = witness.watch(vault.as({ name: "newsletter" })).tokens;
  const allowed = await show(() => newsletter.detokenize({ ...about, tokenIds: [id], props: ["email"] }));
  check("the e-mail address alone is allowed", allowed.length === 1);
  const denied = await showRefusal(() => newsletter.detokenize({ ...about, tokenIds: [id] }));
  check("the whole token is not", denied.code === "PV1006");
  const incapable = await showRefusal(() => newsletter.rotateTokens({ ...about, tokenIds: [id] }));
  check("rotating needs a capability that it lacks", incapable.code === "PV1007");
  const { caller, action, decision, code } = audited.at(-1) ?? {};
  showNamed("the audit was told", { caller, action, decision, code });
  check("the audit knows of the denial", decision === "denied" && code === "PV1007");

  step(
    "A lost reply, and the retry",
    "A second vault stands for another process: the same keys, the same store, but over a bad network. It " +
      "rotates; the write lands, the reply is lost, and nobody learns the new IDs. With a transaction ID " +
      "that is no loss.",
  );
  const flaky = await openVault({ ...host, store: losingFirstReply(store) });
  const faraway = witness.watch(flaky.as({ name: "signup" })).tokens;
  const rotation = { ...about, tokenIds: [id, ...others], transactionId: crypto.randomUUID() };
  showNamed("rotation =", rotation);
  const lost = await showRefusal(() => faraway.rotateTokens(rotation));
  check("the error says that the outcome is unknown", lost.code === "PV1000" && lost.context.outcome === "unknown");
  const gone = await tokens.detokenize({ ...about, tokenIds: rotation.tokenIds });
  check("the write did land: the old IDs are gone", gone.length === 0);
  const versions = versionsOf(store.rows());
  say("The caller repeats the same call, here over the good network, and gets the map that was lost.");
  const rotated = await show(() => tokens.rotateTokens(rotation));
  const repeated = await faraway.rotateTokens(rotation);
  check("the retry changed nothing in the store", versionsOf(store.rows()) === versions);
  check("repeated elsewhere, it answers the same map", JSON.stringify(repeated) === JSON.stringify(rotated));
  const found = await tokens.detokenize({ ...about, tokenIds: Object.values(rotated) });
  check("the new IDs of the map give the data", found.length === 3);

  step(
    "Rows that somebody changed",
    "Somebody can write to the database. They cannot tell which row is whose, so they change all of them: " +
      "first one bit of each, then each expiry. No row opens any more.",
  );
  const tokenId = rotated[id] ?? "";
  const rows = store.rows();
  const flipped = rows.map((row) => changeOf(row, { sealed: flipLastBit(row.sealed) }));
  await show(async () => store.write(flipped));
  const altered = await showRefusal(() => tokens.detokenize({ ...about, tokenIds: [tokenId] }));
  check("one flipped bit is noticed", altered.code === "VL5001");
  const prolonged = rows.map((row) => changeOf(row, { expiresAt: null }));
  await show(async () => store.write(prolonged));
  const longer = await showRefusal(() => tokens.detokenize({ ...about, tokenIds: [tokenId] }));
  check("so is another expiry", longer.code === "VL5001");
  await store.write(rows.map((row) => changeOf(row, {})));
  const restored = await tokens.detokenize({ ...about, tokenIds: [tokenId] });
  check("put back as it was, the row opens again", restored.length === 1);

  step(
    "What the store holds",
    "This is a whole row. Key, terms and claims are random or keyed hashes; the rest is sealed.",
  );
  const [row] = rows.filter(({ expiresAt }) => expiresAt !== null);
  if (row === undefined) throw new Error("the main job leaves tokens with an expiry");
  const { sealed, ...columns } = row;
  showNamed("row =", columns);
  showBytes("row.sealed,", sealed);
  const bytes = rows.reduce((sum, each) => sum + each.sealed.length, 0);
  say(
    `The demo remembered all ${witness.size} texts that went in or came out: values, token IDs, tags, the ` +
      `tenant, the collection. It looks for each in all ${rows.length} rows and their ${bytes} sealed bytes.`,
  );
  const leaked = witness.findIn(rows);
  check("none of them is there", leaked.length === 0);
  check("the search does work: it finds a row's own key", holds(row, row.key));
  say(
    "The store does learn how many rows there are, their sizes and times, and which of them share a " +
      "term. README.md lists all of it.",
  );
}

/** @param {Row[]} rows */
function versionsOf(rows) {
  return rows.map(({ key, version }) => `${key} ${version}`).join();
}

/**
 * A change of a row that keeps its version, as an intruder would make it.
 * @param {Row} row
 * @param {Partial<Row>} columns
 * @returns {Change}
 */
function changeOf(row, columns) {
  return { key: row.key, expect: row.version, row: { ...row, ...columns } };
}

/** @param {Uint8Array} bytes */
function flipLastBit(bytes) {
  return bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte));
}
