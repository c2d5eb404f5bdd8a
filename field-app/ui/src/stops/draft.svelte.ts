// Text that saves itself: a pause, leaving the field or leaving the page stores it, and the screen says so only then.
//
// While somebody types, a colleague's text may arrive. What is typed stays on the screen; each save tells the core which
// text it started from, and the core merges. The merged text is shown as soon as nothing is unsaved.

import { CoreError } from "../replica";

const PAUSE_MS = 600;
const LONGEST_MS = 3_000;

export class Draft {
  text = $state("");
  state = $state<"clean" | "typing" | "saving">("clean");
  error = $state.raw<CoreError>();
  #base = "";
  #store: (value: string, base: string) => Promise<unknown>;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #typingSince: number | undefined;

  constructor(store: (value: string, base: string) => Promise<unknown>) {
    this.#store = store;
  }

  /** The core's text; shown unless something here is unsaved. */
  follow(value: string): void {
    if (this.state !== "clean") return;
    this.text = value;
    this.#base = value;
  }

  typed(): void {
    if (this.state === "clean") this.state = "typing";
    const now = performance.now();
    this.#typingSince ??= now;
    const wait = Math.max(0, Math.min(PAUSE_MS, LONGEST_MS - (now - this.#typingSince)));
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.save(), wait);
  }

  async save(): Promise<void> {
    clearTimeout(this.#pause);
    if (this.state === "saving") return;
    if (this.text === this.#base) {
      this.state = "clean";
      return;
    }
    const sent = this.text;
    this.state = "saving";
    this.#typingSince = undefined;
    try {
      await this.#store(sent, this.#base);
      this.#base = sent;
      this.error = undefined;
      this.state = this.text === sent ? "clean" : "typing";
      if (this.text !== sent) this.typed();
    } catch (error) {
      this.error = error instanceof CoreError ? error : new CoreError("support", "screen");
      this.state = "typing";
    }
  }
}
