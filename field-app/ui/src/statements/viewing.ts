// When a paper was opened, read to its end and its total confirmed, on the device's monotonic clock.
//
// Kept for this run of the page only: after the process was killed the customer is shown the paper again.

import { clock } from "../replica";
import type { Viewing } from "../rows/Viewing";

/** A paper is known by the digest of what is drawn. */
const keyOf = (paper: string): string => `viewing.${paper}`;

/** A viewing that begins now. */
export class Watch {
  #viewing: Viewing;
  #paper: string;
  #zero: number;

  private constructor(paper: string, openedMs: number, zero: number) {
    this.#paper = paper;
    this.#zero = zero;
    this.#viewing = { opened_ms: openedMs, scrolled_to_end_ms: null, total_confirmed_ms: null };
  }

  static async open(paper: string): Promise<Watch> {
    const { monotonic_ms } = await clock.read();
    return new Watch(paper, monotonic_ms, performance.now());
  }

  #now(): number {
    return this.#viewing.opened_ms + Math.round(performance.now() - this.#zero);
  }

  reachedEnd(): void {
    if (this.#viewing.scrolled_to_end_ms === null) this.#viewing = { ...this.#viewing, scrolled_to_end_ms: this.#now() };
  }

  confirmedTotal(): void {
    this.#viewing = { ...this.#viewing, total_confirmed_ms: this.#now() };
    sessionStorage.setItem(keyOf(this.#paper), JSON.stringify(this.#viewing));
  }
}

/** The confirmed viewing of a paper in this run, if there was one. */
export function confirmedViewing(paper: string): Viewing | undefined {
  const kept = sessionStorage.getItem(keyOf(paper));
  return kept === null ? undefined : (JSON.parse(kept) as Viewing);
}
