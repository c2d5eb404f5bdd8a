// One phone: the field app's host as a process, its page in a browser with touch, and the way to the server.

import assert from "node:assert/strict";
import { freePort, start } from "./processes.mjs";
import { wordsOf } from "./words.mjs";

const DEVICE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const TURNED = { width: 844, height: 390 };

export class Phone {
  /** Starts the host on `data` and opens its page; `link` is the way to the server. */
  static async start(browser, { data, ui, link, language }) {
    const phone = new Phone();
    Object.assign(phone, { browser, data, ui, link, language, say: wordsOf("app", language), port: await freePort(), kills: 0 });
    await phone.switchOn();
    return phone;
  }

  async switchOn(hash) {
    this.host = await start("countersign-host", "--data", this.data, "--ui", this.ui, "--port", String(this.port), "--server", this.link.url, "--controls");
    const context = await this.browser.newContext({ ...DEVICE, locale: this.language, timezoneId: "Asia/Shanghai", acceptDownloads: true });
    this.page = await context.newPage();
    this.page.setDefaultTimeout(20_000);
    this.faults = [];
    this.page.on("pageerror", (error) => this.faults.push(`page error: ${error.message}`));
    await this.page.goto(JSON.parse(this.host.first).url);
    if (hash) await this.go(hash);
  }

  /** The process dies without a warning and the page with it, as when the system takes the memory; then the app is opened again where it was. */
  async die() {
    const hash = new URL(this.page.url()).hash;
    await this.host.kill();
    await this.page.context().close();
    assert.deepEqual(this.faults, []);
    this.kills += 1;
    await this.switchOn(hash);
  }

  async close() {
    await this.page.context().close();
    await this.host.stop();
    assert.deepEqual(this.faults, []);
  }

  go(hash) {
    return this.page.evaluate((to) => (location.hash = to), hash);
  }

  /** What the core answers, asked as the page asks. */
  async ask(method, params = {}) {
    const reply = await this.page.evaluate(
      async (request) => (await fetch("/rpc", { method: "POST", body: JSON.stringify(request) })).json(),
      { v: 1, id: 1, method, params },
    );
    assert.ok("ok" in reply, `${method}: ${JSON.stringify(reply)}`);
    return reply.ok;
  }

  /** Sets `clock`, `position` or `network` of the host, as the world around a phone would. */
  async control(name, setting) {
    const status = await this.page.evaluate(
      async ([path, body]) => (await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body })).status,
      [`/controls/${name}`, JSON.stringify(setting)],
    );
    assert.equal(status, 204, `control ${name}`);
  }

  /** The one button or link that a thumb reaches first. */
  next(key, values) {
    return this.page.locator("footer").getByText(this.say(key, values), { exact: true });
  }

  text(key, values) {
    return this.page.getByText(this.say(key, values));
  }

  field(name) {
    return this.page.locator(`#field-${name}`);
  }

  /** Types into a field of the visit record and waits until the core has it. */
  async write(stop, name, value) {
    await this.field(name).fill(value);
    await this.field(name).blur();
    await this.until(async () => (await this.ask("stop.read", { stop }))[name] === value, `${name} is stored`);
  }

  /** Asks again after each frame until `holds`; the page's own time limit ends it. */
  async until(holds, what) {
    for (let frames = 0; frames < 2_000; frames++) {
      if (await holds()) return;
      await this.page.evaluate(() => new Promise(requestAnimationFrame));
    }
    assert.fail(`not reached: ${what}`);
  }

  async turn(to) {
    await this.page.setViewportSize(to === "landscape" ? TURNED : DEVICE.viewport);
  }

  async #touches() {
    const session = await this.page.context().newCDPSession(this.page);
    return (type, ...touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  }

  async #line(touch, from) {
    const pad = this.page.locator("canvas");
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    const at = (i) => ({ x: box.x + from + i * 2, y: box.y + box.height / 2 + Math.sin(i / 4) * box.height * 0.25, force: 0.4 });
    await touch("touchStart", at(0));
    for (let i = 1; i < 30; i++) await touch("touchMove", at(i));
    return at(30);
  }

  /** A finger draws one stroke, beginning `from` pixels into the pad, and is lifted. */
  async stroke(from) {
    const touch = await this.#touches();
    await this.#line(touch, from);
    await touch("touchEnd");
  }

  /** A finger is on the glass and not lifted. */
  async unfinishedStroke(from) {
    await this.#line(await this.#touches(), from);
  }

  /** A palm lies on the glass beside the finger that draws. */
  async strokeWithPalm(from) {
    const touch = await this.#touches();
    const last = await this.#line(touch, from);
    await touch("touchStart", { ...last, id: 0 }, { x: last.x + 60, y: last.y + 40, radiusX: 40, radiusY: 40, id: 1 });
    await touch("touchMove", { ...last, id: 0 }, { x: last.x + 70, y: last.y + 50, radiusX: 40, radiusY: 40, id: 1 });
    await touch("touchEnd");
  }

  /** How many strokes of the open signing the core keeps. */
  async strokes(stop) {
    return (await this.ask("signing.read", { stop }))?.strokes.length ?? 0;
  }

  async isInked() {
    return this.page.locator("canvas").evaluate((pad) => pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data.some((value) => value > 0));
  }
}
