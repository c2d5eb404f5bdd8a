import { expect, test } from "vitest";
import { catalog, LANGUAGES, sources, type Language } from "../src/messages";
import { CoreError } from "../src/replica";
import { CAPACITIES, OUTCOMES, REASONS } from "../src/stops/reasons";
import { keyOf, sentence } from "../src/words";

const keys = (language: Language) =>
  sources(language)
    .flatMap((text) => [...text.matchAll(/^([a-z][a-z0-9-]*) =/gm)].map((found) => found[1]))
    .sort();

const placeholders = (language: Language) =>
  new Map(
    sources(language).flatMap((text) =>
      text.split(/\n(?=[a-z])/).map((message): [string, string[]] => [
        message.split(" =")[0] ?? "",
        [...new Set([...message.matchAll(/\$([a-z]+)/g)].map((found) => found[1] ?? ""))].sort(),
      ]),
    ),
  );

test("both catalogs have the same keys, each once", () => {
  expect(keys("en")).toEqual(keys("zh-CN"));
  expect(new Set(keys("en")).size).toBe(keys("en").length);
});

test("both catalogs name the same placeholders", () => {
  expect(placeholders("en")).toEqual(placeholders("zh-CN"));
});

test.each(LANGUAGES)("words of the core are known in %s", (language) => {
  const say = catalog(language);
  const wanted = [
    ...REASONS.map((word) => keyOf("reason", word)),
    ...OUTCOMES.map((word) => keyOf("outcome", word)),
    ...CAPACITIES.map((word) => keyOf("capacity", word)),
  ];
  expect(wanted.filter((key) => say(key) === key)).toEqual([]);
});

const CORE = import.meta.glob<string>("../../../core/src/**/*.rs", { query: "?raw", import: "default", eager: true });
const rust = (path: string): string => CORE[`../../../core/src/${path}`] ?? "";
const dashed = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();

/** The variants of an enum in the core's source, in the words of the catalogs. */
function variants(path: string, name: string): readonly string[] {
  const body = rust(path).split(`pub enum ${name} {`)[1]?.split("\n}")[0] ?? "";
  return [...body.matchAll(/^ {4}([A-Z][A-Za-z]+)/gm)].map((found) => dashed(found[1] ?? ""));
}

/** Every reference that a refusal or an error of the replica may carry. */
function references(): readonly string[] {
  const refused = Object.values(CORE).flatMap((text) => [...text.matchAll(/(?:Refused|NotFound|Unfit)\(\s*"([a-z-]+)"/g)]);
  const fixed = rust("replica/error.rs").split("fn reference")[1]?.matchAll(/=> "([a-z-]+)"/g) ?? [];
  return [...new Set([...refused, ...fixed].map((found) => found[1] ?? ""))];
}

test.each(LANGUAGES)("what the core refuses, holds and lists has its words in %s", (language) => {
  const say = catalog(language);
  const held = variants("protocol/push.rs", "HeldCode");
  const listed = variants("views/entries.rs", "EntryDetail");
  const refused = references();
  expect([held.length > 10, listed.length > 10, refused.length > 20]).toEqual([true, true, true]);
  const wanted = [
    ...held.map((word) => `held-${word}`),
    ...listed.map((word) => `entry-${word}`),
    ...refused.map((word) => `error-ref-${word}`),
  ];
  expect(wanted.filter((key) => say(key) === key)).toEqual([]);
});

test("every key that a screen names literally exists", () => {
  const files = import.meta.glob<string>("../src/**/*.svelte", { query: "?raw", import: "default", eager: true });
  const named = Object.values(files).flatMap((text) =>
    [...text.matchAll(/say\(\s*"([a-z-]+)"/g)].map((found) => found[1] ?? ""),
  );
  const say = catalog("zh-CN");
  expect(named.length).toBeGreaterThan(50);
  expect([...new Set(named)].filter((key) => say(key) === key)).toEqual([]);
});

test("placeholders are filled in, and English counts", () => {
  expect(catalog("en")("signing-strokes", { count: 1 })).toBe("1 stroke stored");
  expect(catalog("en")("signing-strokes", { count: 3 })).toBe("3 strokes stored");
  expect(catalog("zh-CN")("stop-total", { total: "¥386,420.00" })).toBe("应收合计 ¥386,420.00");
});

test("an error says its own sentence, else that of its kind with the reference", () => {
  const say = catalog("en");
  expect(sentence(say, new CoreError("retry", "no-connection"))).toContain("cannot be reached");
  expect(sentence(say, new CoreError("support", "store.odd_thing"))).toContain("store.odd_thing");
});
