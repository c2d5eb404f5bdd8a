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
  | "cash";
/** What is done about a signed paper. */
export type EntryPage = "countersign" | "seal" | "copy";
export type Route =
  | { readonly screen: "today"; readonly server: string | undefined }
  | { readonly screen: "stop"; readonly stop: string; readonly page: Page | undefined }
  | { readonly screen: "entry"; readonly entry: string; readonly page: EntryPage | undefined }
  | { readonly screen: "part"; readonly entry: string }
  | { readonly screen: "cash"; readonly receipt: string | undefined }
  | { readonly screen: "customers" }
  | { readonly screen: "customer"; readonly customer: string; readonly from: string | undefined }
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
];
const ENTRY_PAGES: readonly EntryPage[] = ["countersign", "seal", "copy"];

/** Reads `#/stops/<id>/statement`; what is unknown is today. */
export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const [, first, second, third] = path.split("/");
  if (first === "sync") return { screen: "sync" };
  if (first === "enrol") return { screen: "enrol" };
  if (first === "settings") return { screen: "settings" };
  if (first === "pin") return { screen: "pin", isFirst: second === "first" };
  if (first === "licences") return { screen: "licences" };
  if (first === "entries" && second) return { screen: "entry", entry: second, page: ENTRY_PAGES.find((page) => page === third) };
  if (first === "customers") return second ? { screen: "customer", customer: second, from: third || undefined } : { screen: "customers" };
  if (first === "cash") return { screen: "cash", receipt: second || undefined };
  if (first === "parts" && second) return { screen: "part", entry: second };
  if (first === "stops" && second) {
    return { screen: "stop", stop: second, page: PAGES.find((page) => page === third) };
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

/** The address of a stop, or of one of its pages. */
export function stopAddress(stop: string, page?: Page): string {
  return page ? `#/stops/${stop}/${page}` : `#/stops/${stop}`;
}

/** The address of a customer's card; `from` is the stop that leads there and back. */
export function customerAddress(customer: string, from?: string): string {
  return from ? `${CUSTOMERS}/${customer}/${from}` : `${CUSTOMERS}/${customer}`;
}

/** The address of a signed entry, or of what is done about it. */
export function entryAddress(entry: string, page?: EntryPage): string {
  return page ? `#/entries/${entry}/${page}` : `#/entries/${entry}`;
}

/** The address of an attached file. */
export function partAddress(entry: string): string {
  return `#/parts/${entry}`;
}

/** The address of a cash receipt. */
export function cashAddress(receipt: string): string {
  return `${CASH}/${receipt}`;
}
