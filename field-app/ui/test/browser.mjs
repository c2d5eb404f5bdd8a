// The built pages in a real browser: one visit over the loopback transport with touch, an accessibility check on every
// screen in both languages, what a killed app finds again, and the same bundle over the two phone transports.

import assert from "node:assert/strict";
import { browser, draw, file, go, look, open, PHONE, serve } from "./harness.mjs";
import { disk, fakeCore } from "./fake-core.mjs";
import { camera, locked, protectedScreens } from "./lock.mjs";
import { customerList, dayList, longList, screens } from "./screens.mjs";

/** The pad over the whole glass: a palm and a second finger add nothing, strokes survive the way back to the small pad. */
async function wide(page, core, words) {
  const before = core.strokes.length;
  await page.getByRole("button", { name: words.wide }).click();
  const pad = page.locator(".wide canvas");
  await pad.waitFor();
  const box = await pad.boundingBox();
  assert.ok(box.width >= 800, "the pad is as wide as the glass");
  const session = await page.context().newCDPSession(page);
  const touch = (type, ...touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  const finger = (i) => ({ x: 200 + i * 12, y: 200 + (i % 7) * 6, id: 1 });
  const palm = { x: 700, y: 350, id: 2, radiusX: 40, radiusY: 40 };
  await touch("touchStart", finger(0));
  for (let i = 1; i < 12; i++) await touch("touchMove", finger(i));
  await touch("touchStart", finger(12), palm);
  for (let i = 13; i < 30; i++) await touch("touchMove", finger(i), palm);
  await touch("touchEnd");
  while (core.strokes.length === before) await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.equal(core.strokes.length, before + 1, "one finger, one stroke");
  assert.ok(core.strokes.at(-1).x.every((x) => x < 60_000), "the palm is not in it");
  await page.getByRole("button", { name: words.narrow }).click();
  await page.getByText(words.beyond).waitFor();
}

/** What is bound to a signed paper: the stamped sheet with its photograph, the copy, a countersignature. */
async function bound(page, core, name) {
  await go(page, "#/entries/entry-signed/seal");
  await page.locator("figure img").waitFor();
  const picture = await page.screenshot({ type: "png" });
  await page.locator("input[type=file]").setInputFiles({ name: "sheet.png", mimeType: "image/png", buffer: picture });
  await page.locator("img.taken").waitFor();
  await look(page, name("seal"));
  await page.locator("input[type=checkbox]").check();
  await page.locator("footer button:enabled").click();
  await page.locator(".signature").waitFor();
  assert.ok(core.photos[0].startsWith("/9j/"), "the photograph is a JPEG file");
  await go(page, "#/entries/entry-signed/copy");
  await page.locator("input").first().fill("张敏");
  await page.locator("input[type=radio]").first().check();
  await look(page, name("copy"));
  await page.locator("footer button").click();
  await page.locator(".signature").waitFor();
  await go(page, "#/entries/entry-signed/countersign");
  await page.getByRole("button", { name: "陈刚" }).click();
  await page.locator("input[name=consent-strokes]").first().check();
  await look(page, name("countersign"));
  await page.locator("footer button:enabled").click();
  await page.locator("canvas").waitFor();
  await look(page, name("countersign-pad"));
  core.dispatch(JSON.stringify({ id: 1, method: "signing.abandon", params: {} }));
}

/** The papers that a phone composes, each read to its end. */
async function papers(page, core, words, name) {
  await go(page, "#/stops/stop-1/promise-paper");
  await page.locator("#amount-0").fill("50000");
  await page.locator("#due-0").fill("2026-07-31");
  await page.getByRole("button", { name: words.instalment }).click();
  await page.locator("#amount-1").fill("50000");
  await page.locator("#due-1").fill("2026-07-31");
  assert.ok(await page.locator("footer button").isDisabled(), "two instalments on one day are no plan");
  await page.locator("#due-1").fill("2026-08-31");
  await look(page, name("promise-paper"));
  await page.locator("footer button:enabled").click();
  await page.getByText("还款承诺书").first().waitFor();
  await look(page, name("promise-shown"));
  for (const paper of ["settlement", "visit-receipt", "demand-letter-receipt"]) {
    await go(page, `#/stops/stop-1/${paper}`);
    await page.locator(".end").scrollIntoViewIfNeeded();
    await look(page, name(paper));
  }
  assert.deepEqual(core.begun.map((one) => one.paper.kind), ["statement"]);
}

/** After a kill nothing remembers what was shown; the core tells that the signing is over before it answers how it ended. */
async function sealedBeforeTheAnswer(page, server) {
  await page.evaluate(() => sessionStorage.clear());
  const visited = [];
  page.on("framenavigated", (frame) => visited.push(new URL(frame.url()).hash));
  const isOf = (request, method) => request.postData()?.includes(`"${method}"`);
  await page.route("**/rpc", async (route) => {
    if (!isOf(route.request(), "signing.finish")) return route.continue();
    const response = await route.fetch();
    const read = page.waitForResponse((answer) => isOf(answer.request(), "signing.read"));
    server.tell(["signings"]);
    await read;
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    return route.fulfill({ response });
  });
  await page.locator("footer button:enabled").click();
  await page.locator("img").first().waitFor();
  assert.deepEqual(visited.map((hash) => hash.split("/")[1]), ["entries"], "nothing but the signed paper is shown");
  await page.unroute("**/rpc");
}

async function visit(locale, words) {
  const core = fakeCore({ enrolled: false });
  const server = await serve(core);
  const page = await open(locale);
  const name = (screen) => `${locale}-${screen}`;
  await page.goto(`${server.address}/#/?server=http://127.0.0.1:8080`);
  const code = page.locator(".code");
  await code.fill("TOO-SHORT");
  await page.locator("input").last().fill(words.phone);
  await page.locator("button.primary").click();
  await page.getByText(words.refused).waitFor();
  await look(page, name("enrol"));
  await code.fill("01AB2-CD3EF-4GH5J-K6MN7-P8QR9S");
  await page.locator("button.primary").click();
  await page.locator("input[name=new], #new").waitFor();
  await look(page, name("pin-first"));
  await page.locator("a.quiet").click();

  await page.getByText("盛泽远大纺织科技股份有限公司").waitFor();
  await look(page, name("today"));
  await page.locator(".name", { hasText: "华东电缆（吴江）有限公司" }).click();
  await page.getByText(words.checkIn).first().waitFor();
  await look(page, name("stop-planned"));
  await page.locator("footer button").click();
  await page.getByText(words.noPosition).waitFor();
  await page.locator("#field-notes").fill("仓库已空");
  await page.locator("#field-notes").blur();
  while (core.edits.length === 0) await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.deepEqual(core.edits, [{ field: "notes", value: "仓库已空", base: "" }]);

  await page.locator("footer a").click();
  await page.getByText("本对账单仅确认本金").waitFor();
  await page.locator(".end").scrollIntoViewIfNeeded();
  await page.getByRole("button", { name: words.aloud }).click();
  await page.getByText(words.noVoice).waitFor();
  await look(page, name("statement"));
  await page.locator("footer button:enabled").click();
  await page.locator("#capacity").selectOption("duty_holder");
  await page.locator("input").first().fill("张敏");
  await page.locator("input[placeholder]").fill("样例王某");
  await page.getByRole("button", { name: words.addGuarantor }).click();
  await page.getByText("保证人样例王某未签字").waitFor();
  for (const choice of ["agreed-method", "personal-data", "strokes"]) await page.locator(`input[name=consent-${choice}]`).first().check();
  await page.getByText(words.needsProof).first().waitFor();
  await look(page, name("signer"));
  await page.locator("input[name=consent-agreed-method]").last().check();
  assert.ok(await page.locator("footer button").isDisabled(), "who does not agree signs nothing on the screen");
  await page.locator("input[name=consent-agreed-method]").first().check();
  await page.locator("footer button:enabled").click();
  await page.locator("canvas").waitFor();
  await draw(page);
  await page.getByText(words.strokes).waitFor();
  assert.equal(core.strokes.length, 2);
  assert.ok(core.strokes.every((stroke) => stroke.pointer === "touch" && stroke.x.length >= 20));
  await look(page, name("pad"));
  await page.reload();
  await page.getByText(words.strokes).waitFor();
  const inked = await page.locator("canvas").evaluate((pad) => pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data.some((value) => value > 0));
  assert.ok(inked, "the pad is redrawn from the core after a reload");
  await page.setViewportSize({ width: 844, height: 390 });
  await look(page, name("pad-landscape"));
  await wide(page, core, words);
  await page.setViewportSize(PHONE.viewport);
  await sealedBeforeTheAnswer(page, server);
  await look(page, name("entry"));
  await bound(page, core, name);
  await papers(page, core, words, name);

  await go(page, "#/stops/stop-1/promise");
  await page.locator("#amount").fill("５００００");
  await page.getByText("¥50,000").waitFor();
  await page.locator("#due").fill("2026-07-31");
  await look(page, name("promise"));
  await page.locator("footer button:enabled").click();
  await page.getByText(words.promised).waitFor();
  await go(page, "#/stops/stop-1/outcome");
  await page.locator("input[type=radio]").first().check();
  await look(page, name("outcome"));
  await page.locator("footer button").click();
  await page.locator("footer button:enabled").waitFor();
  await look(page, name("stop-arrived"));

  await go(page, "#/stops/stop-1/cash");
  await page.locator("input[required]").first().fill("张敏");
  await page.locator("#amount").fill("1303");
  await page.locator("footer button:enabled").click();
  await page.locator("[role=alert] .stop").waitFor();
  await page.locator("#p10000").fill("12");
  await page.locator(".piece button").last().click();
  await page.getByText("人民币壹仟叁佰零叁元整").waitFor();
  await look(page, name("cash-form"));
  await page.locator("footer button:enabled").click();
  await page.getByText("付款单位").waitFor();
  await look(page, name("cash-receipt"));
  await page.locator("form input").fill("金额写错");
  await page.locator("form button").click();
  await page.getByText("已作废").first().waitFor();
  await go(page, "#/cash");
  await page.locator("footer button").click();
  await page.locator("dialog[open]").waitFor();
  await look(page, name("cash-hand-in"));
  await page.locator("dialog button.primary").click();
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await look(page, name("cash"));

  await go(page, "#/stops/stop-2/parts");
  await page.getByText("厂区大门").waitFor();
  await look(page, name("parts"));
  await page.locator("main section button").click();
  const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
  await page.locator("input[autocomplete=off]").fill("盖章页");
  await page.locator("input[type=file]").first().setInputFiles({ name: "IMG_7.png", mimeType: "image/png", buffer: picture });
  await page.locator("li", { hasText: "盖章页" }).waitFor();
  assert.equal(core.pieces.join(""), picture.toString("base64"), "the core has every byte");
  await page.locator("a.open").first().click();
  await page.waitForURL((url) => url.hash.startsWith("#/parts/"));
  await page.locator("main ul img").first().waitFor({ state: "detached" });
  await page.locator("main img").waitFor();
  await look(page, name("part"));

  await go(page, "#/stops/stop-1/refusal");
  await page.locator("input[type=radio]").first().waitFor();
  await page.getByText("催款函：苏州恒力线缆有限公司").waitFor();
  assert.equal(await page.locator("#post-by").inputValue(), "2026-07-16");
  await look(page, name("refusal"));
  await go(page, "#/stops/stop-2");
  await page.getByText("陈刚").first().waitFor();
  await look(page, name("stop-visited"));
  await go(page, "#/sync");
  await page.locator("footer button").click();
  await page.getByText(words.noNetwork).waitFor();
  await look(page, name("sync"));
  await page.close();
  server.end();
}

/** Types into a form, kills page and process, and finds it again; then records it, and nothing is left. */
async function killed(words) {
  const kept = disk();
  const forms = [
    ["promise", (page) => page.locator("#amount").fill("50000"), (page) => page.locator("#amount").inputValue(), "50000"],
    ["outcome", (page) => page.locator("textarea").fill("财务已签"), (page) => page.locator("textarea").inputValue(), "财务已签"],
    ["refusal", (page) => page.locator("input").first().fill("张敏"), (page) => page.locator("input").first().inputValue(), "张敏"],
  ];
  for (const [form, type] of forms) {
    const server = await serve(fakeCore({ kept }));
    const page = await open("zh-CN");
    await page.goto(`${server.address}/#/stops/stop-1/${form}`);
    await type(page);
    const isKept = () => kept.drafts.has(`stop-1 ${form} `);
    while (!isKept()) await page.evaluate(() => new Promise(requestAnimationFrame));
    await page.context().close();
    server.end();
  }
  const core = fakeCore({ kept });
  const server = await serve(core);
  const page = await open("zh-CN");
  await page.goto(`${server.address}/#/stops/stop-1`);
  await page.getByText(words.unfinished).waitFor();
  assert.equal(await page.locator(".unfinished li").count(), forms.length);
  await look(page, "unfinished");
  for (const [form, , read, value] of forms) {
    await go(page, `#/stops/stop-1/${form}`);
    await page.getByText(words.restored).waitFor();
    assert.equal(await read(page), value, form);
  }
  await look(page, "restored");
  await page.getByText(words.startOver).click();
  while (kept.drafts.has("stop-1 refusal ")) await page.evaluate(() => new Promise(requestAnimationFrame));
  await go(page, "#/stops/stop-1/promise");
  await page.locator("#due").fill("2026-07-31");
  await page.locator("footer button:enabled").click();
  await page.getByText(words.promised).waitFor();
  assert.deepEqual([...kept.drafts.keys()], ["stop-1 outcome "], "what was recorded is no draft any more");

  // Leaving within the pause keeps too.
  await go(page, "#/stops/stop-2");
  await page.locator("textarea[id^=answer]").fill("授权书照片已补");
  await go(page, "#/");
  while (!kept.drafts.has("stop-2 send_back entry-sb")) await page.evaluate(() => new Promise(requestAnimationFrame));
  await page.context().close();
  server.end();
}

/** The core keeps language, size and theme: a new web view shows them although its own storage is empty. */
async function settings() {
  const kept = disk();
  for (const isFirst of [true, false]) {
    const server = await serve(fakeCore({ kept }));
    const page = await open("zh-CN");
    await page.goto(`${server.address}/#/settings`);
    if (isFirst) {
      await page.getByLabel("English").check();
      await page.getByLabel("Dark").check();
      await page.getByLabel("Larger text").click();
      while (kept.settings.text_percent === 100) await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await page.getByRole("heading", { name: "This phone" }).waitFor();
    const shown = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme, getComputedStyle(document.documentElement).fontSize]);
    assert.deepEqual(shown, ["en", "dark", "17.6px"]);
    await page.context().close();
    server.end();
  }
}

/** One item, everything unsent, and evidence bundles leave as files, without a network. */
async function exported() {
  const server = await serve(fakeCore());
  const page = await open("zh-CN");
  await page.goto(`${server.address}/#/sync`);
  for (const [button, name] of [["导出全部未收妥的工作", "countersign-2026-07-15-unsent.cbor"], ["导出为文件：走访结果", "countersign-2026-07-15-item-0.cbor"]]) {
    const arrives = page.waitForEvent("download");
    await page.getByRole("button", { name: button }).click();
    assert.equal((await arrives).suggestedFilename(), name);
    await page.getByText(`已导出：${name}`).waitFor();
  }
  for (const [screen, name] of [["#/entries/entry-signed", "countersign-evidence-2026-07-15-entry-signed.csev"], ["#/stops/stop-2", "countersign-evidence-2026-07-15-stop-stop-2.csev"]]) {
    await go(page, screen);
    const arrives = page.waitForEvent("download");
    await page.getByRole("button", { name: "导出证据包" }).click();
    assert.equal((await arrives).suggestedFilename(), name);
    await page.getByText(`已导出：${name}`).waitFor();
  }
  await page.context().close();
  server.end();
}

async function phoneTransport(shell) {
  const core = fakeCore();
  const page = await open("zh-CN");
  await page.route("https://app.invalid/**", async (route) => route.fulfill(await file(new URL(route.request().url()).pathname)));
  await page.exposeFunction("__core", core.dispatch);
  if (shell === "ios") {
    await page.addInitScript(() => {
      window.webkit = { messageHandlers: { core: { postMessage: (request) => window.__core(request) } } };
    });
  }
  await page.goto("https://app.invalid/");
  if (shell === "android") {
    await page.evaluate(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = async (e) => port1.postMessage(await window.__core(e.data));
      window.postMessage("core", location.origin, [port2]);
    });
  }
  await page.getByText("盛泽远大纺织科技股份有限公司").waitFor();
  await page.close();
}

const stories = [
  ["a visit in Chinese", () => visit("zh-CN", { aloud: "读出金额", noVoice: "本机没有中文语音", addGuarantor: "添加", wide: "全屏横写", narrow: "退出全屏", beyond: "更大的签字区", instalment: "再加一期", phone: "李伟的手机", refused: "服务器不接受这个登记码", checkIn: "签到", needsProof: "须另有佐证", noPosition: "没有位置：本机无法定位", strokes: "已保存 2 笔", promised: "2026年7月31日 前支付 ¥50,000", noNetwork: "连不上服务器" })],
  ["a visit in English", () => visit("en-GB", { aloud: "Read the amount aloud", noVoice: "has no Chinese voice", addGuarantor: "Add", wide: "Sign on the whole screen", narrow: "leave the whole screen", beyond: "drawn on a larger pad", instalment: "Add an instalment", phone: "Li Wei’s phone", refused: "does not accept this code", checkIn: "Check in", needsProof: "Needs proof", noPosition: "No position: this device has none", strokes: "2 strokes stored", promised: "¥50,000 by 31 July 2026", noNetwork: "cannot be reached" })],
  ["every screen, both languages, both themes, four sizes and text at 200 %", screens],
  ["the day's list: distance, papers, call and way", dayList],
  ["200 and 2,000 stops", longList],
  ["5,000 customers", customerList],
  ["half-typed forms after a kill", () => killed({ unfinished: "未完成的表单", restored: "尚未记录", startOver: "清空重填", promised: "2026年7月31日 前支付 ¥50,000" })],
  ["settings in a new web view", settings],
  ["the lock over a half-typed form, a wrong PIN, a kill and a spent lock", locked],
  ["screenshots are refused where a customer is shown", protectedScreens],
  ["the platform's camera", camera],
  ["export without a network", exported],
  ["the reply handler of iOS", () => phoneTransport("ios")],
  ["the message port of Android", () => phoneTransport("android")],
];
const wanted = process.argv[2] ?? "";
for (const [name, story] of stories.filter(([name]) => name.includes(wanted))) {
  await story();
  console.log(`ok ${name}`);
}
await browser.close();
