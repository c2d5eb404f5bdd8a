// Money is text from the core. It is formatted here and never computed.

export type Money = { readonly currency: string; readonly amount: string };

const SYMBOLS: Readonly<Record<string, string>> = { CNY: "¥", USD: "$" };

/** `386420.00` as `¥386,420.00`: digits are grouped as text, so no amount is too long or loses a cent. */
export function money({ currency, amount }: Money): string {
  const parts = /^(-?)(\d+)(\.\d+)?$/.exec(amount);
  if (!parts) return `${currency} ${amount}`;
  const [, sign = "", whole = "", fraction = ""] = parts;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${SYMBOLS[currency] ?? `${currency} `}${grouped}${fraction}`;
}

/** What was typed, without grouping, currency sign and full-width digits; undefined when it is no amount in cents. */
export function typedAmount(text: string): string | undefined {
  const plain = text
    .normalize("NFKC")
    .replace(/[\s,¥$元]/g, "")
    .replace(/。/g, ".");
  return /^\d{1,15}(\.\d{1,2})?$/.test(plain) && /[1-9]/.test(plain) ? plain : undefined;
}

