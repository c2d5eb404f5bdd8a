import { expect, test } from "vitest";
import { asked, BUCKETS, SORTS } from "../src/customers/filter";
import { catalog, LANGUAGES } from "../src/messages";
import { keyOf } from "../src/words";

test("a filter is everything, what is overdue, or one bucket", () => {
  expect(asked("all")).toEqual({ bucket: null, is_overdue: false });
  expect(asked("overdue")).toEqual({ bucket: null, is_overdue: true });
  expect(asked("over1095")).toEqual({ bucket: "over1095", is_overdue: false });
});

const CORE = import.meta.glob<string>("../../../core/src/{domain/ageing,domain/promise,views/customers}.rs", { query: "?raw", import: "default", eager: true });

/** The words of an enum in the core's source as they come in JSON. */
function wire(path: string, name: string): readonly string[] {
  const body = CORE[`../../../core/src/${path}`]?.split(`pub enum ${name} {`)[1]?.split("\n}")[0] ?? "";
  return [...body.matchAll(/^ {4}([A-Z][A-Za-z0-9]+)/gm)].map((found) => (found[1] ?? "").replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase());
}

test("buckets and orders are those of the core, in its order", () => {
  expect(BUCKETS).toEqual(wire("domain/ageing.rs", "Bucket"));
  expect(SORTS).toEqual(wire("views/customers.rs", "CustomerSort"));
});

test.each(LANGUAGES)("every bucket, order, state and question has its words in %s", (language) => {
  const say = catalog(language);
  const wanted = [
    ...BUCKETS.map((word) => keyOf("bucket", word)),
    ...SORTS.map((word) => keyOf("customer-sort", word)),
    ...wire("domain/promise.rs", "PromiseState").map((word) => keyOf("customer-promise", word)),
    ...["sent_back", "conflict", "posting"].map((word) => keyOf("customer-open", word)),
  ];
  expect(wanted.length).toBe(BUCKETS.length + SORTS.length + 4 + 3);
  expect(wanted.filter((key) => say(key) === key)).toEqual([]);
});
