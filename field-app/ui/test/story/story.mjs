// The whole story in real browsers over the real server and two real field-app hosts: bound with a code from the console, a day
// without a network and with a process that dies, the evening over a slow line, the manager's review.
//
// One line a step; ends `N passed, 0 failed`. `CHROMIUM` names the browser. Pictures of every screen are written to
// `test-results/story`.

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { Ceremony } from "./ceremony.mjs";
import { link, THIRD_GENERATION } from "./link.mjs";
import { lock } from "./lock.mjs";
import { keep, look } from "./look.mjs";
import { Desk } from "./office.mjs";
import { Phone } from "./phone.mjs";
import { folder, freePort, run, start } from "./processes.mjs";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const UI = fileURLToPath(new URL("../../dist", import.meta.url));
const REASON = "请补充财务经理的授权证明";
const ANSWER = "授权书照片已补，原件在档案室。";

const data = folder();
const port = await freePort();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
const serve = () => start("countersign-server", "serve", "--data", join(data, "server"), "--listen", `127.0.0.1:${port}`, "--log", "warn");
const url = `http://127.0.0.1:${port}`;
let passed = 0;

async function step(sentence, act) {
  try {
    const value = await act();
    passed += 1;
    console.log(`ok   ${sentence}`);
    return value;
  } catch (error) {
    console.log(`FAIL ${sentence}`);
    await showScreens();
    throw error;
  }
}

/** What every open page showed when a step failed. */
async function showScreens() {
  const pages = browser.contexts().flatMap((context) => context.pages());
  for (const [number, page] of pages.entries()) {
    const picture = await keep(page, `failed-${number}`);
    console.log(`     ${page.url()} showed ${picture}`);
  }
}

async function bind(phone, code, name) {
  await phone.page.locator(".code").waitFor();
  await look(phone.page, `${phone.language}-enrol`);
  await phone.page.locator(".code").fill(code);
  await phone.page.getByLabel(phone.say("device-name")).fill(name);
  await phone.page.getByRole("button", { name: phone.say("device-enrol"), exact: true }).click();
  await phone.text("lock-later").click();
  await phone.text("today-ready").first().waitFor();
  await look(phone.page, `${phone.language}-today`);
}

const stopsOf = async (phone) => (await phone.ask("today.read", { offset: 0, limit: 50 })).stops.map((row) => row.stop);

async function sync(phone) {
  await phone.go("#/sync");
  await phone.next("sync-now").click();
  await phone.next("sync-now").and(phone.page.locator(":enabled")).waitFor();
}

async function untilGreen(phone) {
  await sync(phone);
  const { unsent, held } = await phone.ask("device.read");
  assert.deepEqual({ unsent, held }, { unsent: 0, held: 0 }, JSON.stringify(await phone.ask("sync.read")));
  await phone.text("sync-safe").first().waitFor();
}

async function evening(phone) {
  phone.link.cut();
  await phone.control("network", { state: "on" });
  await sync(phone);
  await phone.text("lane-no-connection").first().waitFor();
  await look(phone.page, `${phone.language}-sync-server-away`);
  assert.ok((await phone.ask("device.read")).unsent > 0, "nothing is green while the server is away");
  phone.link.mend();
  phone.link.slow(THIRD_GENERATION);
  await untilGreen(phone);
  await look(phone.page, `${phone.language}-sync-safe`);
}

async function review(language, ceremony) {
  const manager = await Desk.signIn(browser, url, "manager", language);
  await manager.open("/");
  await manager.page.locator(`#to-review a[href="/visits/${ceremony.stop}"]`).waitFor();
  await look(manager.page, `console-${language}-home`);
  await manager.open("/visits");
  await look(manager.page, `console-${language}-visits`);
  await manager.page.locator(`a[href="/visits/${ceremony.stop}"]`).click();
  await look(manager.page, `console-${language}-visit`);
  await manager.page.locator(`a[href="/entries/${ceremony.signed}/signed"]`).first().click();
  const drawn = manager.page.locator("img.signature");
  assert.ok(await drawn.evaluate(async (image) => (await image.decode(), image.naturalWidth > 0)), "the drawn signature is on the paper");
  await look(manager.page, `console-${language}-signed`);
  await manager.press("signed-verify");
  await manager.page.getByText(manager.say("verdict-holds")).waitFor();
  assert.equal(await manager.page.locator(".verdict .tag:not(.good)").count(), 0, "every line holds");
  await look(manager.page, `console-${language}-verified`);
  return manager;
}

async function story() {
  await step("the sample company is made up to the approved plan of today", () => run("countersign-demo", "office", "--data", join(data, "server")));
  let server = await step("the server starts", serve);
  const admin = await step("the administrator signs in", () => Desk.signIn(browser, url, "admin", "zh-CN"));
  const [rep, technician, spare] = await step("three phones start", () =>
    Promise.all([["rep", "zh-CN"], ["technician", "en"], ["spare", "en"]].map(async ([name, language]) =>
      Phone.start(browser, { data: join(data, name), ui: UI, link: await link(port), language }))));
  await step("the rep's phone is bound with a code from the console", async () => bind(rep, await admin.enrolmentCode("样例业务员09"), "李伟的手机"));
  await look(admin.page, "console-zh-CN-devices");
  await step("the technician's phone is bound, in English", async () => bind(technician, await admin.enrolmentCode("样例技术员"), "Technician’s phone"));
  await step("so is the rep's second phone", async () => bind(spare, await admin.enrolmentCode("样例业务员09"), "Li Wei’s second phone"));
  const [first, second] = await stopsOf(rep);
  for (const phone of [rep, technician, spare]) await phone.control("network", { state: "off" });

  const ceremony = new Ceremony(rep, first, { kills: true });
  await step("a whole stop without a network; the process dies after each thing that the screen confirmed", () => ceremony.run());
  assert.ok(ceremony.points >= 20, `only ${ceremony.points} kills`);
  console.log(`     ${ceremony.points} kills, nothing lost, nothing doubled`);
  const beside = new Ceremony(technician, first, { notes: "现场样机运行正常。", next_step: "带备件再来" });
  await step("the technician writes about the same stop; his phone shows the statement but takes no signature", () => beside.runWithoutSigning());
  const english = new Ceremony(spare, second, {});
  await step("the second stop is done in English", () => english.run());
  await step("the server is away, then back over a slow line: the rep's phone is green", () => evening(rep));
  await step("so are the others", async () => {
    await evening(technician);
    await evening(spare);
  });
  await step("the server is restarted; the phones go on", async () => {
    await server.stop();
    server = await serve();
    await untilGreen(rep);
  });
  await step("both notes are merged, and the conflict shows both values until it is settled", async () => {
    await rep.go(`#/stops/${first}`);
    const { notes } = await ceremony.view();
    assert.ok(notes.includes("仓库里有成品三百件。") && notes.includes("现场样机运行正常。"), notes);
    await rep.text("conflict-title", { field: rep.say("field-next-step") }).waitFor();
    await look(rep.page, "zh-CN-conflict");
    await rep.page.getByText("带备件再来", { exact: true }).waitFor();
    await rep.page.getByRole("button", { name: rep.say("conflict-take") }).first().click();
    await rep.until(async () => (await ceremony.view()).conflicts.length === 0, "settled");
    await untilGreen(rep);
  });

  const manager = await step("the manager opens, sees and verifies the signed paper", () => review("zh-CN", ceremony));
  await step("the same in English", async () => (await review("en", english)).close());
  await step("he sends it back with a reason", async () => {
    await manager.open(`/visits/${first}`);
    await manager.page.locator("#about").selectOption(ceremony.signed);
    await manager.page.fill("#field", "授权证明");
    await manager.page.fill("#reason", REASON);
    await manager.page.fill("#deadline", "2099-12-31");
    await manager.press("send-back");
    await manager.page.getByText(REASON).first().waitFor();
  });
  await step("the reason arrives on the phone and is answered", async () => {
    await sync(rep);
    await rep.go(`#/stops/${first}`);
    await rep.page.getByText(REASON).first().waitFor();
    await look(rep.page, "zh-CN-sent-back");
    await rep.page.getByLabel(rep.say("send-back-answer"), { exact: true }).fill(ANSWER);
    await rep.page.getByRole("button", { name: rep.say("send-back-send") }).click();
    await rep.until(async () => (await ceremony.entries("amendment")).length === 1, "answered");
    await untilGreen(rep);
  });
  await step("the manager sees the answer beside the original and accepts", async () => {
    await manager.open(`/visits/${first}`);
    await manager.page.getByText(ANSWER).first().waitFor();
    assert.ok(await manager.page.locator(`a[href="/entries/${ceremony.signed}/signed"]`).count(), "the original is still there");
    await look(manager.page, "console-zh-CN-answered");
    await manager.press("visit-accept");
    await manager.page.getByText(manager.say("visit-accepted")).first().waitFor();
    await sync(rep);
    await rep.go(`#/stops/${first}`);
    await rep.until(async () => (await ceremony.view()).row.status === "accepted", "accepted on the phone");
  });
  await step("the second phone locks itself over a half-typed form, and a wrong PIN costs a wait that a kill does not shorten", () =>
    lock(spare, second, look));
  await step("everything ends cleanly", async () => {
    for (const phone of [rep, technician, spare]) {
      await phone.close();
      phone.link.close();
    }
    await server.stop();
  });
}

try {
  await story();
  console.log(`${passed} passed, 0 failed`);
} catch (error) {
  console.error(error);
  console.log(`${passed} passed, 1 failed`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
process.exit();
