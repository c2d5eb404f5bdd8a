// The pictures of docs/for-reps: `npm run pictures`, after `npm run build`.

import { fileURLToPath } from "node:url";
import { browser, draw, go, open, PHONE, serve } from "./harness.mjs";
import { disk, fakeCore } from "./fake-core.mjs";

const folder = fileURLToPath(new URL("../../../docs/images", import.meta.url));

for (const locale of ["zh-CN", "en"]) {
  const kept = disk();
  kept.drafts.set("stop-1 promise ", { content: '{"typed":"50000","due":"2026-07-31"}', at_ms: Date.parse("2026-07-15T02:05:00Z") });
  const server = await serve(fakeCore({ kept }));
  const page = await open(locale, { ...PHONE, viewport: { width: 360, height: 640 }, deviceScaleFactor: 1 });
  const picture = async (name, mark) => {
    await page.locator(mark).first().waitFor();
    await page.screenshot({ path: `${folder}/${locale}-${name}.png` });
  };
  await page.goto(server.address);
  await picture("today", ".line");
  await go(page, "#/stops/stop-1");
  await picture("stop", ".unfinished");
  await page.locator("footer button").click();
  await page.locator("footer a").click();
  await page.locator(".end").scrollIntoViewIfNeeded();
  await page.locator("footer button:enabled").click();
  await page.locator("#capacity").selectOption("duty_holder");
  await page.locator("input").first().fill("张敏");
  for (const choice of ["agreed-method", "personal-data", "strokes"]) await page.locator(`input[name=consent-${choice}]`).first().check();
  await page.locator("footer button").click();
  await page.locator("canvas").waitFor();
  await draw(page);
  await picture("sign", "footer button:enabled");
  await go(page, "#/sync");
  await picture("sync", ".verdict");
  await go(page, "#/settings");
  await picture("settings", "dl");
  await page.context().close();
  server.end();
}
await browser.close();
