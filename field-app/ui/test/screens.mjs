// Every screen in both languages and both themes with an accessibility check, and on the other sizes for what does not fit.

import assert from "node:assert/strict";
import { fits, go, look, open, PHONE, serve, SMALL } from "./harness.mjs";
import { disk, fakeCore } from "./fake-core.mjs";

const LANDSCAPE = { ...PHONE, viewport: { width: 844, height: 390 } };
const TABLET = { ...PHONE, viewport: { width: 820, height: 1180 } };
const THEMES = ["light", "dark"];
const LOCALES = ["zh-CN", "en-GB"];

/** Address and what shows that it is drawn. */
const SCREENS = [
  ["today", "#/", ".line"],
  ["stop-planned", "#/stops/stop-1", ".steps"],
  ["stop-visited", "#/stops/stop-2", ".timeline"],
  ["parts", "#/stops/stop-2/parts", "main section"],
  ["statement", "#/stops/stop-1/statement", ".paper"],
  ["promise-paper", "#/stops/stop-1/promise-paper", "form"],
  ["seal", "#/entries/entry-signed/seal", "figure img"],
  ["refusal", "#/stops/stop-1/refusal", "form"],
  ["attendance", "#/stops/stop-1/attendance", "form"],
  ["attendance-corrected", "#/stops/stop-2/attendance", "form .note.wait"],
  ["dispute", "#/stops/stop-1/dispute", "form"],
  ["finding", "#/stops/stop-2/finding/dispute-1", "form"],
  ["finding-on-amount", "#/stops/stop-2/finding/dispute-2", "form"],
  ["finding-paper", "#/stops/stop-2/finding-paper/finding-1", ".paper"],
  ["promise", "#/stops/stop-1/promise", "form"],
  ["outcome", "#/stops/stop-1/outcome", "form"],
  ["sync", "#/sync", ".verdict"],
  ["entry", "#/entries/entry-signed", ".signature"],
  ["settings", "#/settings", "dl"],
  ["pin-set", "#/pin", "form"],
  ["licences", "#/licences", "details"],
  ["customers", "#/customers", ".line"],
  ["customer", "#/customers/customer-2", ".rows"],
  ["customer-book-only", "#/customers/customer-4", ".total"],
  ["contacts", "#/customers/customer-2/contacts?stop=stop-2", "article"],
  ["contacts-none", "#/customers/customer-3/contacts", ".none"],
  ["contact-new", "#/customers/customer-2/contacts/new", "form"],
  ["contact-edit", "#/customers/customer-2/contacts/contact-1", "form"],
  ["contact-end", "#/customers/customer-2/contacts/contact-1/end", "form"],
  ["contact-history", "#/customers/customer-2/contacts/contact-1/history", ".history li"],
  ["contacts-not-here", "#/customers/customer-9/contacts", ".note"],
  ["follow-ups", "#/customers/customer-2/follow-ups?stop=stop-2", ".list li"],
  ["follow-ups-not-ready", "#/customers/customer-3/follow-ups", ".note"],
  ["follow-up-new", "#/customers/customer-2/follow-ups/new?contact=contact-1", "form"],
  ["follow-up-edit", "#/customers/customer-2/follow-ups/follow-1", "textarea[required]"],
  ["follow-up-close", "#/customers/customer-2/follow-ups/follow-1/close", "form"],
  ["follow-up-history", "#/customers/customer-2/follow-ups/follow-1/history", ".history li"],
  ["to-do", "#/to-do", ".line"],
  ["gone", "#/stops/stop-9", "[role=alert] .note"],
];

async function through(page, address, each) {
  await page.goto(address);
  for (const [name, hash, drawn] of SCREENS) {
    await go(page, hash);
    await page.locator(drawn).first().waitFor();
    await each(name);
  }
}

/** What a phone with a PIN has kept. */
function withPin(more) {
  const kept = disk();
  Object.assign(kept.lock, { pin: "482793", ...more });
  return kept;
}

async function states(locale) {
  const drawn = [
    ["enrol", { enrolled: false }, "#/", "form"],
    ["to-do-empty", { today: "empty" }, "#/to-do", ".empty"],
    ["today-empty", { today: "empty" }, "#/", ".empty"],
    ["today-broken", { today: "broken" }, "#/", "[role=alert] .note"],
    ["today-denied", { today: "denied" }, "#/", ".line"],
    ["today-lacking", { today: "lacking" }, "#/", ".lack"],
    ["stop-lacking", { today: "lacking" }, "#/stops/stop-1", ".steps"],
    ["customers-empty", { customers: "none" }, "#/customers", ".empty"],
    ["customers-partial", { customers: "partial" }, "#/customers", ".note.wait"],
    ["customer-gone", {}, "#/customers/nobody", "[role=alert] .note"],
    ["sync-safe", { sync: "safe" }, "#/sync", ".verdict.safe"],
    ["locked", { kept: withPin({}) }, "#/", ".lock form"],
    ["locked-owner", { kept: withPin({ owner: true }), owner: "confirmed" }, "#/", ".lock form"],
    ["locked-wait", { kept: withPin({ wrong: 8, waitMs: 10_790_000 }) }, "#/", ".lock .note.wait"],
    ["lock-spent", { kept: withPin({ wrong: 10 }) }, "#/", "form .code"],
  ];
  for (const [name, core, hash, mark] of drawn) {
    for (const theme of THEMES) {
      const server = await serve(fakeCore(core));
      const page = await open(locale, SMALL, { colorScheme: theme });
      await page.goto(`${server.address}/${hash}`);
      await page.locator(mark).first().waitFor();
      await look(page, `${locale}-${theme}-${name}`);
      await page.context().close();
      server.end();
    }
  }
}

export async function screens() {
  for (const locale of LOCALES) {
    const server = await serve(fakeCore());
    for (const theme of THEMES) {
      const page = await open(locale, PHONE, { colorScheme: theme });
      await through(page, server.address, (name) => look(page, `${locale}-${theme}-${name}`));
      await page.context().close();
    }
    for (const [size, device] of [["small", SMALL], ["landscape", LANDSCAPE], ["tablet", TABLET]]) {
      const page = await open(locale, device);
      await through(page, server.address, (name) => fits(page, `${locale}-${size}-${name}`));
      await page.context().close();
    }
    server.end();
    const kept = disk();
    kept.settings.text_percent = 200;
    const large = await serve(fakeCore({ kept }));
    const page = await open(locale, SMALL);
    await through(page, large.address, (name) => fits(page, `${locale}-text-200-${name}`));
    await page.context().close();
    large.end();
    await states(locale);
  }
}

/** Five thousand customers: a page is drawn, not all of them; what is typed finds; the way back leads to where one was. */
export async function customerList() {
  const server = await serve(fakeCore({ customers: 5_000 }));
  const page = await open("zh-CN", SMALL);
  await page.goto(server.address);
  await page.getByRole("link", { name: "查找客户" }).click();
  await page.locator(".line").first().waitFor();
  assert.equal(await page.locator(".line").count(), 50, "one page is drawn");
  await page.getByRole("button", { name: "下一页" }).click();
  await page.getByText("第 51–100 位，共 5,000 位").waitFor();
  await page.getByText("第 60 家样例客户").click();
  await page.locator("table").waitFor();
  await page.goBack();
  await page.getByText("第 51–100 位，共 5,000 位").waitFor();
  const field = page.getByLabel("查找名下客户和走访客户");
  await field.fill("重庆华丰");
  await page.getByText("找到 1 位客户").waitFor();
  await look(page, "zh-CN-customers-found");
  await field.fill("没有这一家");
  await page.locator(".empty").waitFor();
  await look(page, "zh-CN-customers-none-found");
  await page.getByRole("button", { name: "清除搜索内容" }).click();
  await page.getByText("共 5,000 位客户").waitFor();
  await page.getByLabel("显示").selectOption("over1095");
  await page.getByText("共 1 位客户").waitFor();
  await go(page, "#/stops/stop-2");
  await page.getByRole("link", { name: "客户卡片" }).click();
  await page.locator("table").waitFor();
  await page.getByRole("link", { name: "返回" }).click();
  await page.locator(".timeline").waitFor();
  await page.context().close();
  server.end();
}

/** What the list says of a stop before one sets out, what is packed, and the two ways out of the app. */
export async function dayList() {
  const fix = { lat_e7: 309_000_000, lon_e7: 1_206_000_000, crs: "wgs84", accuracy_mm: 12_000, age_ms: 400, provider: "gps", source: "measured" };
  const core = fakeCore({ fix });
  const server = await serve(core);
  const page = await open("zh-CN", SMALL);
  await page.goto(server.address);
  await page.getByText("精度 ±12 米").waitFor();
  assert.deepEqual(core.asked, ["position"], "the platform is asked once when the list is opened");
  const first = page.locator("li", { hasText: "华东电缆" });
  assert.equal(await first.getByRole("link", { name: "致电王经理" }).getAttribute("href"), "tel:13800001234");
  const way = await first.getByRole("link", { name: "导航" }).getAttribute("href");
  assert.equal(way, `geo:30.9112345,120.6543210?q=30.9112345,120.6543210(${encodeURIComponent("华东电缆（吴江）有限公司")})`);
  await first.getByText("随带材料未齐：合同、催款函").waitFor();
  await first.locator(".line").click();
  const contract = page.getByRole("checkbox", { name: "合同" });
  await contract.check();
  await page.getByText("尚未带上").nth(1).waitFor({ state: "detached" });
  assert.equal(await page.getByText("尚未带上").count(), 1);
  await go(page, "#/");
  await first.getByText("随带材料未齐：催款函").waitFor();
  assert.deepEqual(core.asked, ["position"], "a young position is not asked for again");
  await page.context().close();
  server.end();
}

/** A long list draws what is in sight; the rest follows as one scrolls, and coming back finds the place. */
export async function longList() {
  for (const stops of [200, 2_000]) {
    const server = await serve(fakeCore({ stops: stops - 3 }));
    const page = await open("zh-CN", SMALL);
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    await page.goto(server.address);
    await page.locator(".line").first().waitFor();
    assert.ok((await page.locator(".line").count()) <= 80, "only what is near the screen is drawn");
    const { metrics } = await session.send("Performance.getMetrics");
    const seconds = (name) => metrics.find((metric) => metric.name === name).value;
    console.log(`   ${stops} stops: ${Math.round(seconds("ScriptDuration") * 1000)} ms script, ${Math.round(seconds("LayoutDuration") * 1000)} ms layout`);
    const last = page.locator(".name", { hasText: `第 ${160} 家样例公司` });
    while ((await last.count()) === 0) await page.evaluate(() => new Promise((drawn) => (scrollTo(0, document.body.scrollHeight), requestAnimationFrame(drawn))));
    await last.click();
    await page.locator(".steps").waitFor();
    await page.goBack();
    await last.waitFor();
    while ((await page.evaluate(() => scrollY)) < 1_000) await page.evaluate(() => new Promise(requestAnimationFrame));
    await page.context().close();
    server.end();
  }
}
