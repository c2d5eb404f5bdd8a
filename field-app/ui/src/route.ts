// The address after `#` is the screen, so that a reload or a killed process comes back to where the rep was.

export type Page =
  | "statement"
  | "settlement"
  | "promise-paper"
  | "visit-receipt"
  | "demand-letter-receipt"
  | "paper"
  | "sign"
  | "refusal"
  | "promise"
  | "outcome"
  | "parts"
  | "cash"
  | "attendance"
  | "dispute"
  | "finding"
  | "finding-paper";
/** What is done about a signed paper. */
export type EntryPage = "countersign" | "seal" | "copy";
/** Contacts or follow-ups of a customer: the list, a form, or what is done about one; `stop` is where the rep came from. */
export type CustomerWork = {
  readonly customer: string;
  readonly folder: "contacts" | "follow-ups";
  /** The contact or follow-up; `new` for a form that adds one. */
  readonly key: string | undefined;
  readonly page: string | undefined;
  readonly stop: string | undefined;
  /** Whom a new follow-up is about. */
  readonly contact: string | undefined;
};
export type Route =
  | { readonly screen: "today"; readonly server: string | undefined }
  | { readonly screen: "stop"; readonly stop: string; readonly page: Page | undefined; readonly about: string | undefined }
  | { readonly screen: "entry"; readonly entry: string; readonly page: EntryPage | undefined }
  | { readonly screen: "part"; readonly entry: string }
  | { readonly screen: "cash"; readonly receipt: string | undefined }
  | { readonly screen: "customers" }
  | { readonly screen: "customer"; readonly customer: string; readonly from: string | undefined }
  | { readonly screen: "to-do" }
  | ({ readonly screen: "customer-work" } & CustomerWork)
  | { readonly screen: "sync" }
  | { readonly screen: "enrol" }
  | { readonly screen: "settings" }
  | { readonly screen: "pin"; readonly isFirst: boolean }
  | { readonly screen: "licences" };

const PAGES: readonly Page[] = [
  "statement",
  "settlement",
  "promise-paper",
  "visit-receipt",
  "demand-letter-receipt",
  "paper",
  "sign",
  "refusal",
  "promise",
  "outcome",
  "parts",
  "cash",
  "attendance",
  "dispute",
  "finding",
  "finding-paper",
];
const ENTRY_PAGES: readonly EntryPage[] = ["countersign", "seal", "copy"];

/** Reads `#/stops/<id>/statement`; what is unknown is today. */
export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const [, first, second, third, fourth, fifth] = path.split("/");
  if (first === "sync") return { screen: "sync" };
  if (first === "enrol") return { screen: "enrol" };
  if (first === "settings") return { screen: "settings" };
  if (first === "pin") return { screen: "pin", isFirst: second === "first" };
  if (first === "licences") return { screen: "licences" };
  if (first === "entries" && second) return { screen: "entry", entry: second, page: ENTRY_PAGES.find((page) => page === third) };
  if (first === "cash") return { screen: "cash", receipt: second || undefined };
  if (first === "to-do") return { screen: "to-do" };
  if (first === "customers" && second && (third === "contacts" || third === "follow-ups")) {
    const asked = new URLSearchParams(query);
    return { screen: "customer-work", customer: second, folder: third, key: fourth, page: fifth, stop: asked.get("stop") ?? undefined, contact: asked.get("contact") ?? undefined };
  }
  if (first === "customers") return second ? { screen: "customer", customer: second, from: third || undefined } : { screen: "customers" };
  if (first === "parts" && second) return { screen: "part", entry: second };
  if (first === "stops" && second) {
    return { screen: "stop", stop: second, page: PAGES.find((page) => page === third), about: fourth || undefined };
  }
  return { screen: "today", server: new URLSearchParams(query).get("server") ?? undefined };
}

export const TODAY = "#/";
export const SYNC = "#/sync";
export const ENROL = "#/enrol";
export const SETTINGS = "#/settings";
export const PIN = "#/pin";
/** Asked for after the enrolment. */
export const FIRST_PIN = "#/pin/first";
export const LICENCES = "#/licences";
export const CASH = "#/cash";
export const CUSTOMERS = "#/customers";
export const TO_DO = "#/to-do";

/** The address of a stop, or of one of its pages; `about` is the entry that a page is about. */
export function stopAddress(stop: string, page?: Page, about?: string): string {
  return ["#/stops", stop, page, about].filter(Boolean).join("/");
}

/** The address of a customer's card; `from` is the stop that leads there and back. */
export function customerAddress(customer: string, from?: string): string {
  return from ? `${CUSTOMERS}/${customer}/${from}` : `${CUSTOMERS}/${customer}`;
}

/** The address of a signed entry, or of what is done about it. */
export function entryAddress(entry: string, page?: EntryPage): string {
  return page ? `#/entries/${entry}/${page}` : `#/entries/${entry}`;
}

/** The address of a page of a customer's contacts or follow-ups; `stop` leads back there. */
export function workAddress(customer: string, path: readonly string[], stop?: string, asked: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...(stop && { stop }), ...asked }).toString();
  return `#/customers/${[customer, ...path].join("/")}${query && `?${query}`}`;
}

/** The address of an attached file. */
export function partAddress(entry: string): string {
  return `#/parts/${entry}`;
}

/** The address of a cash receipt. */
export function cashAddress(receipt: string): string {
  return `${CASH}/${receipt}`;
}
