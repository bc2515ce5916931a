// @ts-check
// Row keys in order, so that a page begins where the last one ended, whatever was written in between.

/** Keys in one run. Adding a key moves at most so many; finding one searches the runs and then a run. */
const RUN_LENGTH = 512;

/** A set of keys, ordered by code unit. Runs are never empty, and each ends before the next begins. */
export class SortedKeys {
  /** @type {string[][]} */
  #runs = [];
  #size = 0;

  get size() {
    return this.#size;
  }

  /**
   * Adds a key that is not there yet.
   * @param {string} key
   */
  add(key) {
    this.#size += 1;
    const index = Math.max(0, this.#runAfter(key) - 1);
    const run = itemAt(this.#runs, index);
    if (run === undefined) {
      this.#runs.push([key]);
      return;
    }
    run.splice(positionAfter(run, key), 0, key);
    if (run.length > RUN_LENGTH) this.#runs.splice(index + 1, 0, run.splice(RUN_LENGTH / 2));
  }

  /**
   * Removes a key that is there.
   * @param {string} key
   */
  delete(key) {
    const index = this.#runAfter(key) - 1;
    const run = itemAt(this.#runs, index);
    const position = run === undefined ? -1 : positionAfter(run, key) - 1;
    if (run === undefined || itemAt(run, position) !== key) return;
    this.#size -= 1;
    run.splice(position, 1);
    if (run.length === 0) this.#runs.splice(index, 1);
  }

  /**
   * The keys after one, in order; all of them after null.
   * @param {string | null} key
   */
  *after(key) {
    let index = key === null ? 0 : Math.max(0, this.#runAfter(key) - 1);
    let position = key === null ? 0 : positionAfter(itemAt(this.#runs, index) ?? [], key);
    for (; index < this.#runs.length; index += 1, position = 0) {
      const run = this.#runs[index] ?? [];
      for (; position < run.length; position += 1) yield /** @type {string} */ (run[position]);
    }
  }

  /**
   * The index of the first run that begins after the key.
   * @param {string} key
   */
  #runAfter(key) {
    return firstIndex(this.#runs.length, (index) => /** @type {string} */ (this.#runs[index]?.[0]) > key);
  }
}

/** Of the list itself: there may be something else under an index on `Object.prototype`. @type {<T>(list: T[], at: number) => T | undefined} */
const itemAt = (list, at) => (at >= 0 && at < list.length ? list[at] : undefined);

/**
 * The position of the first key after this one.
 * @param {string[]} run
 * @param {string} key
 */
function positionAfter(run, key) {
  return firstIndex(run.length, (index) => /** @type {string} */ (run[index]) > key);
}

/**
 * The first index below `length` for which `holds` is true, `length` if there is none; `holds` stays true once it is.
 * @param {number} length
 * @param {(index: number) => boolean} holds
 */
function firstIndex(length, holds) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
