// Bytes as a person reads them.

import type { Language } from "./messages";

const UNITS = ["kilobyte", "megabyte", "gigabyte"] as const;

/** `1536` as `1.5 kB`: thousands, as phones count their storage; less than a tenth of a kilobyte is one. */
export function size(bytes: number, language: Language): string {
  let value = Math.max(bytes / 1_000, 0.1);
  let [unit, ...larger] = UNITS as readonly [string, ...string[]];
  for (const next of larger) {
    if (value < 1_000) break;
    value /= 1_000;
    unit = next;
  }
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}
