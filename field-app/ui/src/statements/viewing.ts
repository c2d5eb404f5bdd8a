// When the statement was opened, read to its end and its total confirmed, on the device's monotonic clock.
//
// Kept for this run of the page only: after the process was killed the customer is shown the statement again.

import { clock } from "../replica";
import type { Viewing } from "../rows/Viewing";

const keyOf = (statement: string): string => `viewing.${statement}`;

/** A viewing that begins now. */
export class Watch {
  #viewing: Viewing;
  #statement: string;
  #zero: number;

  private constructor(statement: string, openedMs: number, zero: number) {
    this.#statement = statement;
    this.#zero = zero;
    this.#viewing = { opened_ms: openedMs, scrolled_to_end_ms: null, total_confirmed_ms: null };
  }

  static async open(statement: string): Promise<Watch> {
    const { monotonic_ms } = await clock.read();
    return new Watch(statement, monotonic_ms, performance.now());
  }

  #now(): number {
    return this.#viewing.opened_ms + Math.round(performance.now() - this.#zero);
  }

  reachedEnd(): void {
    if (this.#viewing.scrolled_to_end_ms === null) this.#viewing = { ...this.#viewing, scrolled_to_end_ms: this.#now() };
  }

  confirmedTotal(): void {
    this.#viewing = { ...this.#viewing, total_confirmed_ms: this.#now() };
    sessionStorage.setItem(keyOf(this.#statement), JSON.stringify(this.#viewing));
  }
}

/** The confirmed viewing of `statement` in this run, if there was one. */
export function confirmedViewing(statement: string): Viewing | undefined {
  const kept = sessionStorage.getItem(keyOf(statement));
  return kept === null ? undefined : (JSON.parse(kept) as Viewing);
}
