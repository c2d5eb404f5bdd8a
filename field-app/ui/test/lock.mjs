// The lock as a rep meets it, and what may be seen on a screenshot.

import assert from "node:assert/strict";
import { disk, fakeCore } from "./fake-core.mjs";
import { go, look, open, serve } from "./harness.mjs";

const PIN = "482793";
const frame = (page) => page.evaluate(() => new Promise(requestAnimationFrame));

async function type(page, pin) {
  for (const digit of pin) await page.locator(".lock .pad").getByRole("button", { name: `数字 ${digit}` }).click();
  await page.locator(".lock button.primary").click();
}

/** Sets a PIN on the settings page. */
async function set(page, core) {
  await go(page, "#/settings");
  await page.getByRole("link", { name: "设置解锁码" }).click();
  for (const [first, second, said] of [["4827", "4827", "至少六位数字"], ["123456", "123456", "容易被猜到"], [PIN, "482794", "两次输入的解锁码不同"]]) {
    await page.locator("#new").fill(first);
    await page.locator("#again").fill(second);
    await page.locator("footer button").click();
    await page.locator("[role=alert]").getByText(said).waitFor();
  }
  await look(page, "zh-CN-pin-refused");
  await page.locator("#new").fill(PIN);
  await page.locator("#again").fill(PIN);
  await page.locator("footer button").click();
  await page.getByRole("button", { name: "立即锁定" }).waitFor();
  assert.equal(core.kept.lock.pin, PIN);
  await look(page, "zh-CN-settings-locked");
}

/** The core locks by itself; the page learns of it and keeps what is half typed, below and out of reach. */
async function overAForm(page, core, server) {
  await go(page, "#/stops/stop-1/promise");
  const due = page.locator("#due");
  await due.fill("2026-07-31");
  const amount = page.locator("form input").first();
  await amount.fill("50000");
  core.lock.isOpen = false;
  server.tell(["lock"]);
  await page.locator(".lock").waitFor();
  assert.ok(!(await due.isVisible()), "nothing of a customer is seen");
  assert.ok(await page.evaluate(() => document.getElementById("app").inert), "nor reached by keyboard");
  await amount.evaluate((input) => input.focus());
  assert.ok(await page.evaluate(() => document.activeElement?.closest(".lock, body") && document.activeElement.id !== "due"));
  await look(page, "zh-CN-locked-over-form");

  for (let wrong = 1; wrong <= 3; wrong++) {
    await type(page, "739184");
    await page.getByText(`还可以再试 ${10 - wrong} 次`).waitFor();
  }
  await page.getByText("才能再试").waitFor();
  assert.ok(await page.locator(".lock button.primary").isDisabled(), "no try before the wait is over");
  await look(page, "zh-CN-locked-waiting");
  await page.locator(".lock .digit:enabled").first().waitFor();
  await type(page, PIN);
  await page.locator(".lock").waitFor({ state: "detached" });
  assert.deepEqual([await due.inputValue(), await amount.inputValue()], ["2026-07-31", "50000"], "what was typed is still there");
  assert.equal(core.kept.lock.wrong, 0);
}

/** A customer's pen: the core is told, and told again when it is over. */
async function ceremonyIsTold(page, core) {
  await go(page, "#/stops/stop-1/statement");
  await page.locator(".paper").waitFor();
  while (core.lock.ceremonies.at(-1) !== true) await frame(page);
  await go(page, "#/");
  await page.locator(".line").first().waitFor();
  while (core.lock.ceremonies.at(-1) !== false) await frame(page);
}

export async function locked() {
  const kept = disk();
  let core = fakeCore({ kept, owner: "confirmed" });
  let server = await serve(core);
  let page = await open("zh-CN");
  await page.goto(server.address);
  await page.locator(".line").first().waitFor();
  await set(page, core);
  await page.getByLabel("用指纹或面容解锁").check();
  await page.getByLabel("1 分钟后").check();
  while (kept.lock.minutes !== 1 || !kept.lock.owner) await frame(page);
  await overAForm(page, core, server);
  await ceremonyIsTold(page, core);
  // Nobody touches it: the page looks when it is due, and not before.
  await page.locator("a[href='#/settings']").click();
  await page.getByRole("heading", { name: "应用锁" }).waitFor();
  core.lock.idleMs = 900;
  server.tell(["lock"]);
  await page.getByRole("heading", { name: "应用锁" }).waitFor();
  core.lock.isOpen = false;
  await page.locator(".lock").waitFor();
  await page.getByRole("button", { name: "用指纹或面容解锁" }).click();
  await page.locator(".lock").waitFor({ state: "detached" });
  await page.context().close();
  server.end();

  // Killed: a new process and a new page start locked, and draw nothing before the PIN.
  core = fakeCore({ kept });
  server = await serve(core);
  page = await open("zh-CN");
  await page.goto(`${server.address}/#/stops/stop-2`);
  await page.locator(".lock").waitFor();
  assert.equal(await page.locator("#app h1").count(), 0, "nothing is drawn below");
  await page.getByRole("button", { name: "键盘" }).click();
  await page.locator("#pin").fill("一句别人猜不到的话");
  await page.keyboard.press("Enter");
  await page.getByText("还可以再试 9 次").waitFor();
  await page.locator("#pin").fill(PIN);
  await page.keyboard.press("Enter");
  await page.locator(".timeline").waitFor();

  // The tenth wrong one: said before, and after it the way back is the office's code.
  kept.lock.wrong = 9;
  core.lock.isOpen = false;
  server.tell(["lock"]);
  await page.getByText("还可以再试 1 次").waitFor();
  await type(page, "739184");
  await page.getByText("由它保护的密钥已销毁").waitFor();
  await page.getByText("有 7 项尚未发送").waitFor();
  await page.locator(".code").fill("01AB2-CD3EF-4GH5J-K6MN7-P8QR9S");
  await page.locator("input").last().fill("李伟的手机");
  await page.locator("button.primary").click();
  await page.locator(".verdict").waitFor();
  await page.context().close();
  server.end();
}

/** The platform's camera instead of a file input: the file is let go once it is stored, and a refusal is said. */
export async function camera() {
  const page = await open("zh-CN");
  await page.goto("about:blank");
  const shots = [await page.screenshot({ type: "png" })];
  const whole = shots[0].toString("base64");
  const core = fakeCore({ shots });
  const server = await serve(core);
  await page.goto(`${server.address}/#/stops/stop-2/parts`);
  const shoot = page.getByRole("button", { name: "拍照" });
  await shoot.click();
  while (shots.length > 0) await frame(page);
  assert.equal(core.pieces.join(""), whole, "what the camera gave is what is stored");
  await shoot.and(page.locator(":enabled")).click();
  await page.getByText("没有相机权限").waitFor();
  await look(page, "zh-CN-camera-denied");
  await page.context().close();
  server.end();
}

export async function protectedScreens() {
  const core = fakeCore();
  const server = await serve(core);
  const page = await open("zh-CN");
  await page.goto(server.address);
  await page.locator(".line").first().waitFor();
  for (const [hash, drawn, expected] of [["#/settings", "dl", "open"], ["#/stops/stop-1/statement", ".paper", "secure"], ["#/stops/stop-2", ".timeline", "secure"], ["#/licences", "details", "open"], ["#/cash", "main section", "secure"]]) {
    await go(page, hash);
    await page.locator(drawn).first().waitFor();
    while (core.protections.at(-1) !== expected) await frame(page);
  }
  assert.deepEqual(core.protections, ["secure", "open", "secure", "open", "secure"], "two screens that follow each other do not open the glass in between");
  await page.context().close();
  server.end();
}
