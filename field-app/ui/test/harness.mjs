// What the browser tests share: the built pages served beside a fake core, a page that fails on any error it logs, and a look
// at a screen: accessibility, width, picture. `CHROMIUM` names the browser, `SCREENS` the folder of the pictures.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", json: "application/json", txt: "text/plain; charset=utf-8" };
export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
export const SMALL = { ...PHONE, viewport: { width: 360, height: 640 } };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

export async function file(path) {
  const name = path === "/" ? "index.html" : path.slice(1);
  return { body: await readFile(new URL(`../dist/${name}`, import.meta.url)), contentType: TYPES[name.split(".").at(-1)] };
}

/** Serves the pages beside `core`; `address` is where, `tell` says what changed, `end` ends it. */
export async function serve(core) {
  const listening = new Set();
  const server = createServer(async (request, answer) => {
    const path = new URL(request.url, "http://host").pathname;
    if (path === "/events") {
      listening.add(answer);
      return answer.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    }
    if (path === "/rpc") {
      let body = "";
      for await (const chunk of request) body += chunk;
      return answer.end(core.dispatch(body));
    }
    const found = await file(path).catch(() => undefined);
    if (!found) return answer.writeHead(404).end();
    return answer.writeHead(200, { "content-type": found.contentType, "content-security-policy": POLICY }).end(found.body);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    tell(kinds) {
      for (const page of listening) page.write(`data: ${JSON.stringify({ event: "changed", kinds })}\n\n`);
    },
    end() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const SCREENS = process.env.SCREENS ?? fileURLToPath(new URL("../test-results", import.meta.url));
mkdirSync(SCREENS, { recursive: true });

export const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });

export async function open(locale, device = PHONE, more = {}) {
  const context = await browser.newContext({ ...device, locale, timezoneId: "Asia/Shanghai", ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => assert.fail(`page error: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && assert.fail(`console: ${message.text()}`));
  return page;
}

/** WCAG 2.2 AA without a finding, nothing wider than the screen, and a picture. */
export async function look(page, name) {
  // A control that is half below the sticky bar is scrolled out from under it; axe would call it too small.
  const stick = (position) => page.evaluate((to) => document.querySelectorAll("#app > header, #app > footer").forEach((bar) => (bar.style.position = to)), position);
  await stick("static");
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  assert.deepEqual(violations.map((one) => [one.id, one.nodes.map((node) => node.html)]), [], `${name}: accessibility`);
  await stick("");
  await fits(page, name);
}

/** Nothing wider than the screen, no control smaller than a finger, and a picture. */
export async function fits(page, name) {
  const tooWide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const beyond = (element) => element.getBoundingClientRect().right > clientWidth + 1;
    return scrollWidth > clientWidth ? [...document.querySelectorAll("body *")].filter(beyond).map((one) => one.outerHTML.slice(0, 120)) : [];
  });
  assert.deepEqual(tooWide, [], `${name}: wider than the screen`);
  const tooSmall = await page.evaluate(() =>
    [...document.querySelectorAll("button, a, select, input:not([type=radio], [type=checkbox]), label.choice, summary")]
      .filter((one) => one.checkVisibility() && !one.closest("p, .unseen"))
      .filter((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < 43.5)
      .map((one) => one.outerHTML.slice(0, 160)),
  );
  assert.deepEqual(tooSmall, [], `${name}: smaller than 44 px`);
  await page.screenshot({ path: `${SCREENS}/${name}.png`, fullPage: true });
}

export async function draw(page) {
  const box = await page.locator("canvas").boundingBox();
  const session = await page.context().newCDPSession(page);
  const touch = (type, ...touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  for (const shift of [0, 120]) {
    const at = (i) => ({ x: box.x + 30 + shift + i * 3, y: box.y + 90 + Math.sin(i / 4) * 40, force: 0.4 });
    await touch("touchStart", at(0));
    for (let i = 1; i < 40; i++) await touch("touchMove", at(i));
    await touch("touchEnd");
  }
}

export const go = (page, hash) => page.evaluate((to) => (location.hash = to), hash);
