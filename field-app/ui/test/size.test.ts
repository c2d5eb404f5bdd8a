import { expect, test } from "vitest";
import { size } from "../src/size";

test.each([
  [0, "0.1 kB"],
  [812, "0.8 kB"],
  [1_536, "1.5 kB"],
  [999_400, "999 kB"],
  [4_312_064, "4.3 MB"],
  [73_000_000_000_000, "73,000 GB"],
])("%i bytes read as %s", (bytes, text) => {
  expect(size(bytes, "en")).toBe(text);
});
