// One stop, from arrival to leaving, with the process killed after each thing that the screen confirmed.

import assert from "node:assert/strict";
import { look } from "./look.mjs";

/** A stop whose screens are `phone`'s; `seen` counts the points at which the process died. */
export class Ceremony {
  constructor(phone, stop, { kills = false, notes = "仓库里有成品三百件。", next_step = "下周二电话回访" }) {
    Object.assign(this, { phone, stop, kills, notes, next_step, points: 0 });
  }

  get address() {
    return `#/stops/${this.stop}`;
  }

  view() {
    return this.phone.ask("stop.read", { stop: this.stop });
  }

  async entries(kind) {
    return (await this.view()).timeline.filter((entry) => entry.detail.kind === kind && entry.author_name === this.author);
  }

  /** Does something, lets the process die, and looks whether all of it is still there. */
  async point(name, act, holds) {
    await act();
    if (this.kills) {
      await this.phone.die();
      this.points += 1;
    }
    await this.phone.until(holds, `after a kill: ${name}`);
  }

  look(name) {
    return look(this.phone.page, `${this.phone.language}-${name}`);
  }

  async run() {
    await this.arrive();
    await this.record();
    await this.sign();
    await this.promise();
    await this.leave("signed");
  }

  /** What somebody whose role may not take signatures does: he is shown so, and leaves with a word of what he saw. */
  async runWithoutSigning() {
    const { phone } = this;
    await this.arrive();
    await this.record();
    await phone.go(`${this.address}/statement`);
    await phone.text("statement-only-shown").waitFor();
    await this.look("statement-only-shown");
    await this.leave("promised-orally");
  }

  async arrive() {
    const { phone } = this;
    this.author = (await phone.ask("device.read")).user_name;
    await phone.go(this.address);
    await phone.next("stop-check-in").waitFor();
    await this.look("stop-planned");
    await this.point(
      "check-in",
      async () => {
        await phone.next("stop-check-in").click();
        await phone.text("position-missing-unavailable").first().waitFor();
      },
      async () => (await this.entries("check_in")).length === 1,
    );
    await this.look("stop-arrived");
  }

  async record() {
    const { phone, stop } = this;
    const typed = { met_person: "财务王经理", negotiation: "客户称本月资金紧张", proposal: "分三期支付", next_step: this.next_step, notes: this.notes };
    for (const [field, value] of Object.entries(typed)) {
      await this.point(field, () => phone.write(stop, field, value), async () => (await this.view())[field] === value);
    }
    await this.point(
      "reason",
      async () => {
        await phone.field("reason").selectOption("no_funds");
        await phone.until(async () => (await this.view()).reason === "no_funds", "the reason is stored");
      },
      async () => (await this.view()).reason === "no_funds",
    );
  }

  async #readToTheEnd() {
    const { phone } = this;
    await phone.go(`${this.address}/statement`);
    await phone.page.locator(".end").scrollIntoViewIfNeeded();
    await phone.next("statement-confirm").click();
  }

  async sign() {
    const { phone, stop } = this;
    await phone.go(`${this.address}/statement`);
    await phone.page.locator(".end").waitFor({ state: "attached" });
    await this.look("statement");
    await this.point("the statement is open", async () => {}, () => phone.page.locator(".end").count());
    await this.#readToTheEnd();
    await phone.page.getByLabel(phone.say("signing-name"), { exact: true }).waitFor();
    await this.#signer();
    await this.look("signer");
    await this.point(
      "the signing is begun",
      async () => {
        await phone.next("signing-begin").click();
        await phone.page.locator("canvas").waitFor();
      },
      () => phone.page.locator("canvas").count(),
    );
    for (const [count, from] of [[1, 20], [2, 90], [3, 160]]) {
      await this.#strokePoint(`stroke ${count}`, () => phone.stroke(from), count);
    }
    await this.look("pad");
    await this.#strokePoint("one stroke undone", () => phone.page.getByRole("button", { name: phone.say("signing-undo") }).click(), 2);
    await this.#strokePoint("a stroke with a palm beside it", () => phone.strokeWithPalm(160), 3);
    await phone.turn("landscape");
    await this.#strokePoint("a stroke on the turned phone", () => phone.stroke(230), 4);
    await phone.turn("landscape");
    await this.look("pad-landscape");
    await phone.turn("portrait");
    assert.equal(await phone.strokes(stop), 4, "turning back and forth loses nothing");
    await this.point("a finger on the glass", () => phone.unfinishedStroke(20), async () => [4, 5].includes(await phone.strokes(stop)));
    await this.point(
      "sealed",
      async () => {
        await phone.next("signing-finish").click();
        await phone.page.waitForURL(/#\/entries\//);
        await phone.page.locator("main img").first().waitFor();
      },
      async () => (await this.entries("acknowledgement")).length === 1,
    );
    this.signed = (await this.entries("acknowledgement"))[0].entry;
    await this.look("entry");
  }

  async #signer() {
    const { page, say } = this.phone;
    await page.getByLabel(say("signing-name"), { exact: true }).fill("样例李某");
    await page.getByLabel(say("signing-job"), { exact: true }).fill("财务经理");
    await page.locator("#capacity").selectOption("duty_holder");
    for (const consent of ["agreed-method", "personal-data", "strokes"]) {
      await page.getByLabel(say(`consent-${consent}-given`), { exact: true }).check();
    }
  }

  async #strokePoint(name, act, count) {
    const { phone, stop } = this;
    await this.point(
      name,
      async () => {
        await act();
        await phone.until(async () => (await phone.strokes(stop)) === count, `${count} strokes are stored`);
      },
      async () => (await phone.strokes(stop)) === count && (await phone.page.locator("canvas").count()) === 1,
    );
    await phone.until(() => phone.isInked(), "the pad is redrawn");
  }

  async promise() {
    const { phone } = this;
    const { page, say } = phone;
    await phone.go(`${this.address}/promise`);
    await page.locator("#amount").fill("５００００");
    await page.locator("#due").fill("2099-07-31");
    await this.look("promise");
    await this.point(
      "promise",
      async () => {
        await phone.next("promise-save").click();
        await page.waitForURL((url) => url.hash === this.address);
      },
      async () => (await this.entries("promise")).length === 1,
    );
    assert.deepEqual((await this.view()).row.promise.amount, { currency: "CNY", amount: "50000.00" }, say("promise-title"));
  }

  async leave(outcome) {
    const { phone } = this;
    const { page, say } = phone;
    await phone.go(`${this.address}/outcome`);
    await page.getByLabel(say(`outcome-${outcome}`), { exact: true }).check();
    await this.look("outcome");
    await this.point(
      "outcome",
      async () => {
        await phone.next("outcome-save").click();
        await page.waitForURL((url) => url.hash === this.address);
      },
      async () => (await this.entries("outcome")).length === 1,
    );
    await this.point(
      "check-out",
      async () => {
        await phone.next("stop-check-out").click();
        await phone.until(async () => (await this.view()).row.status === "left", "left");
      },
      async () => (await this.entries("check_out")).length === 1,
    );
    await this.look("stop-left");
  }
}

