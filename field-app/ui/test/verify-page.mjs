// The page that verifies evidence bundles, opened as a file: on every vector of the format, in both languages, without a network.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { built } from "../../../verify/page/build.mjs";
import { browser } from "./harness.mjs";

const PAGE = new URL("../../../verify/page/countersign-verify.html", import.meta.url);
const VECTORS = new URL("../../../tests/fixtures/evidence/", import.meta.url);
const vector = (name) => fileURLToPath(new URL(name, VECTORS));
const expected = JSON.parse(await readFile(new URL("expected.json", VECTORS), "utf8"));

async function opened(locale, colorScheme = "light") {
  const context = await browser.newContext({ locale, colorScheme });
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => assert.fail(error));
  page.on("console", (message) => assert.notEqual(message.type(), "error", message.text()));
  await context.setOffline(true);
  await page.goto(PAGE.href);
  return { page, asked };
}

async function verified(page, file, trust) {
  await page.locator("#bundle").setInputFiles(file);
  await page.locator("#trust").fill(trust);
  await page.locator("#verify").click();
  await page.locator("#answer[data-verdict]").waitFor();
  return page.locator("#answer").getAttribute("data-verdict");
}

const spaced = (digits) => digits.toUpperCase().replace(/(.{4})/g, "$1 ").trim();

async function everyVector(locale, label) {
  const { page, asked } = await opened(locale);
  for (const one of expected.vectors) {
    assert.equal(await verified(page, vector(one.file), spaced(expected.server_key)), one.verdict, one.file);
    const keys = await page.locator("li.wrong").evaluateAll((items) => items.map((item) => item.dataset.key));
    assert.equal(keys[0] ?? "", one.first_wrong, one.file);
    const said = await page.locator("li").evaluateAll((items) => items.map((item) => [item.dataset.key, item.querySelector("span").textContent]));
    for (const [key, words] of said) assert.ok(words !== key && !/[{}]|undefined/.test(words), `${key}: ${words}`);
    if (one.first_wrong) await page.getByText(label).waitFor();
  }
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map((violation) => violation.id), []);
  assert.deepEqual(asked, [PAGE.href], "nothing but the page itself was asked for");
  await page.context().close();
}

async function withoutFingerprint() {
  const { page } = await opened("en-GB", "dark");
  await page.locator("#verify").click();
  await page.getByText("Choose an evidence bundle first.").waitFor();
  assert.equal(await verified(page, vector("genuine-stop-from-phone.csev"), ""), "unconfirmed");
  await page.getByText("whose key it rests on is not confirmed").waitFor();
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByText("尚不能确认是谁的密钥").waitFor();
  assert.equal(await verified(page, vector("genuine-stop-from-phone.csev"), "0".repeat(64)), "wrong");
  await page.locator("#trust").fill("12");
  await page.locator("#verify").click();
  await page.getByText("不是密钥指纹").waitFor();
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map((violation) => violation.id), []);
  await page.context().close();
}

/** Bits spread over both bundles, as many as a browser verifies in a moment; Rust flips them all. */
async function flipped() {
  const { page } = await opened("zh-CN");
  for (const name of ["genuine-paper-from-server.csev", "genuine-stop-from-phone.csev"]) {
    const genuine = await readFile(vector(name));
    for (let bit = 3; bit < genuine.length * 8; bit += 1501) {
      const buffer = Buffer.from(genuine);
      buffer[bit >> 3] ^= 1 << (bit & 7);
      const verdict = await verified(page, { name, mimeType: "application/octet-stream", buffer }, expected.server_key);
      assert.ok(verdict === "wrong" || verdict === "unreadable", `bit ${bit} of ${name}: ${verdict}`);
    }
  }
  await page.context().close();
}

const PARTS = [
  ["the verification page is built from its sources", async () => assert.equal(await readFile(PAGE, "utf8"), built(), "run node verify/page/build.mjs")],
  ["every vector in Chinese", () => everyVector("zh-CN", "第一处不符：")],
  ["every vector in English", () => everyVector("en-GB", "First wrong thing: ")],
  ["without a fingerprint, and the other language", withoutFingerprint],
  ["flipped bits are refused", flipped],
];
for (const [name, part] of PARTS) {
  await part();
  console.log(`ok ${name}`);
}
await browser.close();
