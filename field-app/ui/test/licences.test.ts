// @vitest-environment node

import { expect, test } from "vitest";
import { grouped } from "../build/licences.mjs";

test("one group a licence, each text once below those who carry it", () => {
  const one = { version: "1.0.0", licence: "MIT" };
  const groups = grouped([
    { ...one, name: "b", texts: ["same"] },
    { ...one, name: "a", texts: ["same"] },
    { ...one, name: "c", licence: "Apache-2.0", texts: [] },
  ]);
  expect(groups.map(({ file, packages }) => [file, packages])).toEqual([
    ["mit.txt", ["a 1.0.0", "b 1.0.0"]],
    ["apache-2.0.txt", ["c 1.0.0"]],
  ]);
  expect(groups[0]?.text).toBe("a 1.0.0, b 1.0.0\n\nsame\n");
});

test("a package without a licence stops the build", () => {
  expect(() => grouped([{ name: "a", version: "1.0.0", licence: "", texts: [] }])).toThrow("names no licence");
});
