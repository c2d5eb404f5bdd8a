// The language in force, for every screen below `App`.

import { getContext, setContext } from "svelte";
import type { CoreError } from "./replica";
import type { Language, Say } from "./messages";

export type Words = { readonly say: Say; readonly language: Language };

const KEY = Symbol("words");

/** Hands `words` to the screens below; a function, so that a change of language reaches them. */
export function offerWords(words: () => Words): void {
  setContext(KEY, words);
}

/** The words of the screen that calls this while it is set up. */
export function wordsHere(): () => Words {
  return getContext<() => Words>(KEY);
}

/** What went wrong and what to do: the sentence of its reference when there is one, else of its kind. */
export function sentence(say: Say, error: CoreError): string {
  const key = keyOf("error-ref", error.ref);
  const known = say(key);
  return known === key ? say(keyOf("error", error.kind), { ref: error.ref }) : known;
}

/** `A, B` or `A、B`. */
export function listed(language: Language, items: readonly string[]): string {
  return items.join(language === "en" ? ", " : "、");
}

/** Why something that came was put in quarantine. */
export function quarantineReason(say: Say, reason: string): string {
  const known = [keyOf("quarantine", reason), keyOf("error-ref", reason)].find((key) => say(key) !== key);
  return known ? say(known) : say("quarantine-other", { reason });
}

/** The catalog key of a word that comes from the core: `no_funds` of `reason` is `reason-no-funds`. */
export function keyOf(noun: string, word: string): string {
  return `${noun}-${word.replaceAll(/[._]/g, "-")}`;
}
