// The lock on a real core: it closes over a half-typed form, a wrong PIN costs a wait that outlasts a kill, nothing is lost.

import assert from "node:assert/strict";

const PIN = "482793";
const AMOUNT = "1234.50";
const DUE = "2099-12-30";

async function type(phone, pin) {
  for (const digit of pin) await phone.page.locator(".lock .pad").getByRole("button", { name: phone.say("lock-digit", { digit }), exact: true }).click();
  await phone.page.locator(".lock button.primary").click();
}

/** What the core answers to a page that asks all the same. */
const refusal = (phone, method, params) =>
  phone.page.evaluate(
    async (request) => (await (await fetch("/rpc", { method: "POST", body: JSON.stringify(request) })).json()).error?.ref,
    { v: 1, id: 1, method, params },
  );

const typed = async (phone) => [await phone.page.locator("#due").inputValue(), await phone.page.locator("form input").first().inputValue()];

/** On a phone whose work is all sent; `stop` is one of its stops. */
export async function lock(phone, stop, look) {
  await phone.go("#/pin");
  await phone.page.locator("#new").fill(PIN);
  await phone.page.locator("#again").fill(PIN);
  await phone.next("lock-set").click();
  await phone.page.getByRole("button", { name: phone.say("lock-now") }).waitFor();

  await phone.go(`#/stops/${stop}/promise`);
  await phone.page.locator("#due").fill(DUE);
  await phone.page.locator("form input").first().fill(AMOUNT);
  const before = await typed(phone);
  await phone.until(async () => (await phone.ask("draft.read", { stop, form: "promise" }))?.content.includes(DUE), "the draft is kept");
  await phone.control("passing", { ms: 5 * 60_000 });
  await phone.page.locator(".lock").waitFor();
  assert.equal(await refusal(phone, "stop.read", { stop }), "locked");
  assert.equal(await refusal(phone, "sync.export", {}), "locked");
  await look(phone.page, `${phone.language}-locked`);
  await type(phone, PIN);
  await phone.page.locator(".lock").waitFor({ state: "detached" });
  assert.deepEqual(await typed(phone), before, "what was half typed is still there");

  await phone.die();
  await phone.page.locator(".lock").waitFor();
  assert.equal(await phone.page.locator("#app h1").count(), 0, "a phone that starts draws nothing before the PIN");
  for (const left of [9, 8, 7]) {
    await type(phone, "739184");
    await phone.text("lock-tries", { count: left }).waitFor();
  }
  assert.equal(await refusal(phone, "lock.open", { pin: PIN }), "pin-wait");
  await phone.die();
  await phone.control("clock", { offset_ms: -86_400_000 });
  assert.equal(await refusal(phone, "lock.open", { pin: PIN }), "pin-wait", "a kill and another wall clock shorten no wait");
  await phone.control("clock", { offset_ms: 0 });
  await phone.control("passing", { ms: 30_000 });
  await phone.page.reload();
  await phone.page.locator(".lock .digit:enabled").first().waitFor();
  await type(phone, PIN);
  await phone.page.locator(".lock").waitFor({ state: "detached" });
  assert.deepEqual(await typed(phone), before, "the draft outlasted lock and kill");
}
