// Somebody of the office in a browser of his own.

import { wordsOf } from "./words.mjs";

const PASSWORD = "countersign-demo";

export class Desk {
  static async signIn(browser, url, login, language) {
    const desk = new Desk();
    desk.url = url;
    desk.say = wordsOf("console", language);
    desk.context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: language, timezoneId: "Asia/Shanghai", acceptDownloads: true });
    desk.page = await desk.context.newPage();
    desk.page.setDefaultTimeout(20_000);
    await desk.open("/sign-in");
    await desk.page.fill("#login", login);
    await desk.page.fill("#password", PASSWORD);
    await desk.press("sign-in");
    await desk.page.locator("nav.nav").waitFor();
    return desk;
  }

  open(path) {
    return this.page.goto(`${this.url}${path}`);
  }

  press(key, values) {
    return this.page.getByRole("button", { name: this.say(key, values), exact: true }).first().click();
  }

  follow(key, values) {
    return this.page.getByRole("link", { name: this.say(key, values), exact: true }).first().click();
  }

  /** A one-time code for the phone of `name`, as the page shows it beside its QR code. */
  async enrolmentCode(name) {
    await this.open("/devices");
    const person = await this.page.locator("#user option", { hasText: name }).getAttribute("value");
    await this.page.locator("#user").selectOption(person);
    await this.press("device-issue-code");
    return this.page.locator(".secret").innerText();
  }

  close() {
    return this.context.close();
  }
}
