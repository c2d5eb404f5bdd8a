// Which paper is about to be signed at a stop, kept for this run of the page as the viewing is.

import type { GuarantorNamed } from "../rows/GuarantorNamed";
import type { PaperDraft } from "../rows/PaperDraft";

export type Choice = { readonly paper: PaperDraft; readonly guarantors: readonly GuarantorNamed[] };

export const STATEMENT: Choice = { paper: { kind: "statement" }, guarantors: [] };

const keyOf = (stop: string): string => `paper.${stop}`;

export function keepChoice(stop: string, choice: Choice): void {
  sessionStorage.setItem(keyOf(stop), JSON.stringify(choice));
}

/** The paper that was chosen at the stop, else its statement. */
export function keptChoice(stop: string): Choice {
  const kept = sessionStorage.getItem(keyOf(stop));
  return kept === null ? STATEMENT : (JSON.parse(kept) as Choice);
}
