// Whether the app is open, as the core says it. The core locks by its own clock and refuses every other call by itself; this
// only tells it of touches, looks again when it is due, and says when a customer holds the pen.

import { Live } from "../live.svelte";
import { lock } from "../replica";

const TOUCH_EVERY_MS = 5_000;
/** Past the core's own limit, so that one look is enough. */
const LATE_MS = 100;
const TOUCHES = ["pointerdown", "keydown", "input", "wheel"] as const;

/** How many screens of a ceremony are open. */
let ceremonies = 0;
let tell: () => void = () => undefined;

/** A customer reads or writes until the returned function is called. For an `$effect`. */
export function ceremony(): () => void {
  ceremonies += 1;
  tell();
  return () => {
    ceremonies -= 1;
    tell();
  };
}

export class LockWatch extends Live<Awaited<ReturnType<typeof lock.read>>> {
  #toldAt = -Infinity;

  /** Must be made while a component is set up. */
  constructor() {
    super(lock.read);
    $effect(() => {
      tell = () => void this.#tell();
      const touched = (): void => {
        if (performance.now() - this.#toldAt >= TOUCH_EVERY_MS) void this.#tell();
      };
      const back = (): void => {
        if (document.visibilityState === "visible") void this.again();
      };
      for (const name of TOUCHES) addEventListener(name, touched, { capture: true, passive: true });
      document.addEventListener("visibilitychange", back);
      return () => {
        tell = () => undefined;
        for (const name of TOUCHES) removeEventListener(name, touched, { capture: true });
        document.removeEventListener("visibilitychange", back);
      };
    });
    $effect(() => {
      if (this.value?.state !== "open") return;
      const due = setTimeout(() => void this.again(), this.value.idle_ms + LATE_MS);
      return () => clearTimeout(due);
    });
  }

  async #tell(): Promise<void> {
    if (this.value?.state !== "open") return;
    this.#toldAt = performance.now();
    try {
      this.value = await lock.used(ceremonies > 0);
    } catch {
      // Locked meanwhile: that is what reading says too.
      await this.again();
    }
  }
}
