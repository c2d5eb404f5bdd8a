import { expect, test } from "vitest";
import { navigationLink } from "../src/stops/links";
import { ago, distance } from "../src/time";

const site = { map_point: "31.1000000,120.6000000", name: "样例 (东) 公司", address: "盛泽镇 1 号" };

test("a point is named and leads there in the shell's own kind of link", () => {
  const name = `${encodeURIComponent("样例 ")}%28${encodeURIComponent("东")}%29${encodeURIComponent(" 公司")}`;
  expect(navigationLink(site, false)).toBe(`geo:31.1000000,120.6000000?q=31.1000000,120.6000000(${name})`);
  expect(navigationLink(site, true)).toBe("maps:?daddr=31.1000000,120.6000000");
});

test("without a point the address is looked for, and without either there is no link", () => {
  const address = encodeURIComponent("盛泽镇 1 号");
  expect(navigationLink({ ...site, map_point: null }, false)).toBe(`geo:0,0?q=${address}`);
  expect(navigationLink({ ...site, map_point: null }, true)).toBe(`maps:?daddr=${address}`);
  expect(navigationLink({ ...site, map_point: null, address: "" }, false)).toBeUndefined();
});

test.each([
  [0, "0 m"],
  [4, "0 m"],
  [346, "350 m"],
  [994, "990 m"],
  [995, "1 km"],
  [1_240, "1.2 km"],
  [99_499, "99.5 km"],
  [412_600, "413 km"],
])("%i metres read as %s", (metres, text) => expect(distance(metres, "en")).toBe(text));

test("how long ago is said in whole minutes, then in hours", () => {
  expect([ago(1, "en"), ago(59, "en"), ago(60, "en"), ago(719, "en")]).toEqual(["1 minute ago", "59 minutes ago", "1 hour ago", "11 hours ago"]);
  expect(ago(12, "zh-CN")).toBe("12分钟前");
});
