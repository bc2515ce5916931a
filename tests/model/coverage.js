// @ts-check
// How often each operation succeeded, and how often each error was seen: a model that never reaches a state proves
// nothing about it.

/** The codes that sequences are expected to reach. */
export const expectedCodes = [
  "PV1000",
  "PV1001",
  "PV1002",
  "PV1004",
  "PV1006",
  "PV1007",
  "PV1008",
  "PV1012",
  "PV1026",
  "PV1033",
  "PV2001",
  "PV3002",
  "PV3004",
  "PV3009",
  "PV3087",
  "PV3218",
  "PV3233",
  "VL1001",
  "VL1003",
  "VL3001",
  "VL3002",
  "VL3003",
  "VL3004",
  "VL3006",
  "VL3007",
  "VL3008",
  "VL3009",
  "VL3010",
  "VL3011",
  "VL3012",
  "VL3013",
];

export class Coverage {
  /** @type {Map<string, number>} */
  #counts = new Map();

  /** @param {string} action @param {string} end the code of the error, or `success` @param {string} way */
  count(action, end, way) {
    const name = [action, end, way].join("|");
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** @param {(action: string, end: string, way: string) => boolean} predicate */
  #sum(predicate) {
    let sum = 0;
    for (const [name, count] of this.#counts) {
      const [action = "", end = "", way = ""] = name.split("|");
      if (predicate(action, end, way)) sum += count;
    }
    return sum;
  }

  /**
   * What so many sequences should have reached and did not: that each operation succeeds, and the expected codes. With
   * fewer of them it is chance.
   * @param {string[]} actions
   * @param {number} sequences
   */
  missing(actions, sequences) {
    const failing = actions.filter((action) => this.#sum((each, end) => each === action && end === "success") === 0);
    const unseen = expectedCodes.filter((code) => this.#sum((_, end) => end === code) === 0);
    return [...(sequences < 500 ? [] : failing), ...(sequences < 2_000 ? [] : unseen)];
  }

  /** @param {string[]} actions */
  table(actions) {
    const ways = ["alone", "second pass", "repeated", "at once", "refused"];
    /** @type {(cells: (string | number)[]) => string} */
    const line = ([name = "", ...cells]) =>
      [String(name).padEnd(24), ...cells.map((cell) => String(cell).padStart(13))].join("");
    const codes = expectedCodes.map((code) => `${code} ${this.#sum((_, end) => end === code)}`);
    return [
      line(["operation", ...ways]),
      ...actions.map((action) =>
        line([action, ...ways.map((way) => this.#sum((each, _, other) => each === action && other === way))]),
      ),
      ...Array.from({ length: Math.ceil(codes.length / 8) }, (_, row) => codes.slice(row * 8, row * 8 + 8).join("  ")),
    ].join("\n");
  }
}
