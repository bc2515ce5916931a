// @ts-check
// The rows as the store has them, each beside what the vault makes of it.

import { refusal } from "../action/refusal.js";
import { code, element, pairs } from "../element.js";
import { read } from "../host/kept.js";
import { inOrder } from "../step/data.js";
import { timeOf } from "../step/expiry.js";
import { allRows, flipByte } from "./database.js";
import { inspect } from "./inspect.js";

/** @import { Row } from "vaultlet" */
/** @import { Desk } from "../desk.js" */
/** @import { Vaults } from "../host/vault.js" */
/** @import { Seen } from "./inspect.js" */

const MOST_ROWS = 6;
const MOST_BYTES = 160;
const USUAL_BYTE = 40;
const LONGEST_WAIT = 86_400_000;

export class RowsView {
  #place;
  #vaults;
  #desk;
  #changed;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Draws one after the other, the newest last. @type {Promise<void>} */
  #last = Promise.resolve();

  /**
   * @param {HTMLElement} place
   * @param {Vaults} vaults
   * @param {Desk} desk
   * @param {() => Promise<void>} changed runs after a row was altered here
   */
  constructor(place, vaults, desk, changed) {
    this.#place = place;
    this.#vaults = vaults;
    this.#desk = desk;
    this.#changed = changed;
  }

  /** Never fails: what goes wrong is told where the rows would be. */
  draw() {
    this.#last = this.#last.then(() => this.#draw()).catch((error) => this.#place.replaceChildren(refusal(error)));
    return this.#last;
  }

  async #draw() {
    const [rows, altered] = [await allRows(), await read("altered")];
    const seen = await inspect(this.#vaults, this.#desk.tokens);
    // Tokens first, in the order of the desk; then what is no token.
    const places = [...seen.keys()];
    const place = (/** @type {Row} */ { key }) => (seen.has(key) ? places.indexOf(key) : places.length);
    rows.sort((a, b) => place(a) - place(b));

    this.#drawAt(rows.map(({ expiresAt }) => expiresAt ?? 0));

    const focused = document.activeElement;
    const inRow = focused?.closest("[data-row]")?.getAttribute("data-row");
    const shown = rows.slice(0, MOST_ROWS).map((row) => this.#card(row, seen.get(row.key), altered[row.key]));
    this.#place.replaceChildren(...shown, ...restOf(rows.length));
    // What had the focus is gone; what has taken its place gets it.
    const form = this.#place.querySelector(`[data-row="${inRow}"]`);
    const kind = focused instanceof HTMLInputElement ? "input" : "button";
    const successor = form?.querySelector(kind) ?? form?.querySelector("button");
    if (successor instanceof HTMLElement) successor.focus();
  }

  /** Once more when the next of them expires. @param {number[]} times */
  #drawAt(times) {
    clearTimeout(this.#timer);
    const wait = Math.min(...times.map((time) => time - Date.now()).filter((millis) => millis > 0));
    if (wait < LONGEST_WAIT) this.#timer = setTimeout(() => this.draw(), wait + 50);
  }

  /** @param {Row} row @param {Seen | undefined} seen @param {number | undefined} altered */
  #card(row, seen, altered) {
    const name = seen === undefined ? "A row without a token that this page knows" : `The row of token ${seen.token}`;
    const stored = [columnsOf(row), bytesOf(row.sealed, altered), this.#altering(row, altered)];
    return element(
      "article",
      { class: "row", "aria-label": name },
      element("div", { class: "stored" }, element("p", { class: "label" }, "The database has"), ...stored),
      element("div", { class: "seen" }, element("p", { class: "label" }, "The vault makes of it"), ...seenOf(seen)),
    );
  }

  /** @param {Row} row @param {number | undefined} altered */
  #altering(row, altered) {
    const most = Math.min(row.sealed.length, MOST_BYTES) - 1;
    const byte = element("input", { type: "number", name: "byte", min: 0, max: most, value: Math.min(USUAL_BYTE, most) });
    const button = element("button", {}, altered === undefined ? "Alter this byte" : "Put the byte back");
    const form = element("form", { class: "altering", "data-row": row.key });
    if (altered === undefined) form.append(element("label", {}, "Byte ", byte));
    form.append(button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await flipByte(this.#vaults.store, row, altered ?? Number(byte.value));
      await this.#changed();
    });
    return form;
  }
}

/** @param {Row} row */
function columnsOf({ key, version, terms, claims, expiresAt, pruneAt }) {
  return pairs([
    ["key", code(key)],
    ["version", String(version)],
    ["terms", code(terms.join(" "))],
    ["claims", code(claims.join(" "))],
    ["expiresAt", timeOf(expiresAt)],
    ["pruneAt", timeOf(pruneAt)],
  ]);
}

/** @param {Uint8Array} bytes @param {number | undefined} altered */
function bytesOf(bytes, altered) {
  const hex = Array.from(bytes.subarray(0, MOST_BYTES), (byte, at) => {
    const text = byte.toString(16).padStart(2, "0");
    return at === altered ? element("mark", {}, text) : text;
  });
  const shown = hex.flatMap((text) => [text, " "]);
  const rest = bytes.length > MOST_BYTES ? `and ${bytes.length - MOST_BYTES} more` : "";
  const count = element("p", { class: "hint" }, `${bytes.length} sealed bytes`);
  return element("div", { class: "bytes" }, count, element("p", {}, element("code", {}, ...shown, rest)));
}

/** @param {Seen | undefined} seen @returns {Node[]} */
function seenOf(seen) {
  if (seen === undefined) {
    const what =
      "Nothing that this page has the ID of: a token whose new ID was lost, or what a call with a transaction ID was " +
      "answered, kept for a day.";
    return [element("p", {}, what)];
  }
  const token = element("p", {}, code(seen.token));
  if (seen.state === "refused") return [token, refusal(seen.error)];
  const [{ tags = [], expiration_time: expires = null } = {}] = seen.metadata.tokens;
  const metadata = /** @type {[string, string][]} */ ([
    ["type", seen.metadata.type],
    ["tags", tags.join(", ") || "none"],
    ["expires", timeOf(expires)],
  ]);
  if (seen.state === "archived") return [token, element("p", {}, "Archived: its data is not given out."), pairs(metadata)];
  return [token, pairs([...inOrder(seen.fields), ...metadata])];
}

/** @param {number} rows @returns {Node[]} */
function restOf(rows) {
  if (rows === 0) return [element("p", { class: "hint" }, "No rows yet. Make a token in step 1, and look here again.")];
  return rows > MOST_ROWS ? [element("p", { class: "hint" }, `And ${rows - MOST_ROWS} more rows.`)] : [];
}
