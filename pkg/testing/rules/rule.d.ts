import type { Subject } from "../subject.js";

/** One rule of the store contract, and how a store is held to it. */
export interface Rule {
  /** What must be so. */
  title: string;
  /** Throws where it is not. */
  check(subject: Subject): Promise<void>;
}
