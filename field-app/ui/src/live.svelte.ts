// A row that is read again whenever something changed: the replica is the state, a screen holds no other.

import { CoreError, onChanged } from "./replica";

export class Live<T> {
  value = $state.raw<T>();
  error = $state.raw<CoreError>();
  #read: () => Promise<T>;
  #asked = 0;

  /** Must be made while a component is set up: it stops listening when the component goes. */
  constructor(read: () => Promise<T>) {
    this.#read = read;
    $effect(() => {
      void this.again();
      return onChanged(() => void this.again());
    });
  }

  /** Reads now. An answer that was overtaken by a later one is dropped. */
  async again(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const value = await this.#read();
      if (asked !== this.#asked) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (asked === this.#asked) this.error = asCoreError(error);
    }
  }
}

/** An act of the user: one at a time, with its error kept for the screen. */
export class Act {
  busy = $state(false);
  error = $state.raw<CoreError>();

  /** Runs `act` unless one is running; says whether it went well. */
  async run(act: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = undefined;
    try {
      await act();
      return true;
    } catch (error) {
      this.error = asCoreError(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

function asCoreError(error: unknown): CoreError {
  return error instanceof CoreError ? error : new CoreError("support", "screen");
}
