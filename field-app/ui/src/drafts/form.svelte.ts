// What is typed into a form and not recorded yet: the core keeps it at every pause, when the page is hidden and when the screen
// is left; it is there again when the form opens, also after the app was killed.
//
// The command that records a form drops its draft in the core, so nothing may be kept after it: `hand` waits for what is on its
// way, keeps nothing while the command runs, and goes on keeping when the command was refused.

import { CoreError, drafts, type DraftOf } from "../replica";

const PAUSE_MS = 400;
const LONGEST_MS = 2_000;

export type Fields = Record<string, string>;

export class FormDraft<T extends Fields> {
  fields = $state() as T;
  /** The form may be shown: what was kept is in its fields. */
  isReady = $state(false);
  /** When the fields that were restored had been typed; undefined when nothing was. */
  restoredMs = $state<number>();
  error = $state.raw<CoreError>();
  #of: DraftOf;
  #empty: T;
  #kept = "";
  #pause: ReturnType<typeof setTimeout> | undefined;
  #unkeptSince: number | undefined;
  #keeping: Promise<void> = Promise.resolve();
  #isHanded = false;

  /** Must be made while a component is set up: it keeps what is unkept when the component goes. */
  constructor(of: DraftOf, empty: T) {
    this.#of = of;
    this.#empty = empty;
    this.fields = { ...empty };
    this.#kept = JSON.stringify(empty);
    void this.#restore();
    $effect(() => {
      if (this.isReady && JSON.stringify(this.fields) !== this.#kept) this.#soon();
    });
    $effect(() => {
      const hidden = (): void => {
        if (document.visibilityState === "hidden") void this.keep();
      };
      const leaving = (): void => void this.keep();
      document.addEventListener("visibilitychange", hidden);
      window.addEventListener("pagehide", leaving);
      return () => {
        document.removeEventListener("visibilitychange", hidden);
        window.removeEventListener("pagehide", leaving);
        void this.keep();
      };
    });
  }

  /** Keeps the fields now, after what is being kept already. */
  keep(): Promise<void> {
    clearTimeout(this.#pause);
    if (!this.isReady || this.#isHanded) return this.#keeping;
    const content = JSON.stringify(this.fields);
    if (content === this.#kept) return this.#keeping;
    this.#kept = content;
    this.#unkeptSince = undefined;
    const isEmpty = content === JSON.stringify(this.#empty);
    this.#keeping = this.#keeping.then(() => this.#store(content, isEmpty));
    return this.#keeping;
  }

  /** Runs the command that records the form. */
  async hand(record: () => Promise<unknown>): Promise<void> {
    await this.keep();
    this.#isHanded = true;
    try {
      await record();
    } catch (error) {
      this.#isHanded = false;
      void this.keep();
      throw error;
    }
  }

  /** Fills fields that are empty. A form that holds nothing but proposals is no draft. */
  propose(part: Partial<T>): void {
    const isUntouched = JSON.stringify(this.fields) === JSON.stringify(this.#empty);
    const open = Object.entries(part).filter(([name]) => this.fields[name] === "");
    this.fields = { ...this.fields, ...(Object.fromEntries(open) as Partial<T>) };
    this.#empty = { ...this.#empty, ...part };
    if (isUntouched) this.#kept = JSON.stringify(this.fields);
  }

  /** Empties the form; what was kept is dropped. */
  startOver(): void {
    this.fields = { ...this.#empty };
    this.restoredMs = undefined;
    void this.keep();
  }

  async #store(content: string, isEmpty: boolean): Promise<void> {
    try {
      await (isEmpty ? drafts.drop(this.#of) : drafts.keep(this.#of, content));
      this.error = undefined;
    } catch (error) {
      // What is on the screen differs from what is kept: the next pause tries again.
      this.#kept = "";
      this.error = error instanceof CoreError ? error : new CoreError("support", "screen");
    }
  }

  #soon(): void {
    const now = performance.now();
    this.#unkeptSince ??= now;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.keep(), Math.max(0, Math.min(PAUSE_MS, LONGEST_MS - (now - this.#unkeptSince))));
  }

  async #restore(): Promise<void> {
    try {
      const kept = await drafts.read(this.#of);
      const fields = kept ? known(kept.content, this.#empty) : undefined;
      if (kept && fields) {
        this.fields = fields;
        this.#kept = JSON.stringify(fields);
        this.restoredMs = kept.at_ms;
      }
    } catch (error) {
      this.error = error instanceof CoreError ? error : new CoreError("support", "screen");
    }
    this.isReady = true;
  }
}

/** The fields that this form knows out of what was kept, maybe by an older version; undefined when there is none. */
function known<T extends Fields>(content: string, empty: T): T | undefined {
  let kept: unknown;
  try {
    kept = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (typeof kept !== "object" || kept === null) return undefined;
  const texts = Object.entries(kept).filter(([name, value]) => name in empty && typeof value === "string");
  return texts.length > 0 ? { ...empty, ...(Object.fromEntries(texts) as Partial<T>) } : undefined;
}
