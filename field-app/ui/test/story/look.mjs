// What every screen must hold: no accessibility fault, nothing wider than the screen; and a picture of it.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";

const PICTURES = fileURLToPath(new URL("../../test-results/story/", import.meta.url));
mkdirSync(PICTURES, { recursive: true });

/** Keeps a picture of the page as it is now; gives its path. */
export async function keep(page, name) {
  const path = `${PICTURES}${name}.png`;
  await page.screenshot({ path, fullPage: true });
  return path;
}

/** Checks the page as it is now and keeps a picture called `name`. */
export async function look(page, name) {
  await keep(page, name);
  // A control that is half below the sticky bar is scrolled out from under it; axe would call it too small.
  const stick = (position) => page.evaluate((to) => document.querySelectorAll("#app > header, #app > footer").forEach((bar) => (bar.style.position = to)), position);
  await stick("static");
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  await stick("");
  assert.deepEqual(violations.map((one) => [one.id, one.nodes.map((node) => node.html)]), [], `${name}: accessibility`);
  const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
  assert.ok(!isTooWide, `${name}: wider than the screen`);
}
