// The page around the verification: words, a file, an answer. `CATALOGS` and the verification stand before it in the built file.

const FINDINGS = { proved: "finding-proved", not_proved: "finding-not-proved", wrong: "finding-wrong" };
const byId = (id) => document.getElementById(id);
let language = navigator.language.startsWith("zh") ? "zh-CN" : "en";
let report;

/** Without what could hide or turn the writing around it. */
const shown = (said) => said.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, " ");

function say(key, values = {}) {
  const words = CATALOGS[language][key] ?? key;
  return shown(words.replace(/\{ \$([a-z_]+) \}/g, (_all, name) => values[name] ?? ""));
}

const clock = (ms) => `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ")} UTC+8`;
const filled = (value) => (typeof value === "string" ? value : "word" in value ? say(value.word) : clock(value.at));
const sentence = ({ key, values }) => say(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, filled(value)])));

function circumstances({ by, after, before }) {
  const said = by === undefined ? [] : [say("by-key", { fingerprint: by.slice(0, 16) })];
  const times = { after: after === undefined ? "" : clock(after), before: before === undefined ? "" : clock(before) };
  if (after !== undefined && before !== undefined) said.push(say("between", times));
  else if (before !== undefined) said.push(say("not-after", times));
  else if (after !== undefined) said.push(say("not-before", times));
  return said;
}

function element(name, said, className) {
  const made = document.createElement(name);
  if (said !== undefined) made.textContent = said;
  if (className) made.className = className;
  return made;
}

function answer() {
  const { lines, verdict, bundle } = report;
  const count = (finding) => String(lines.filter((it) => it.finding === finding).length);
  const first = lines.find((it) => it.finding === "wrong");
  const parts = [element("h2", say(`verdict-${verdict}`, { proved: count("proved"), open: count("not_proved") }), verdict)];
  if (first) parts.push(element("p", say("first-wrong", { words: sentence(first) }), "first"));
  parts.push(element("p", say("file", { digest: bundle }), "soft"));
  let about;
  let list;
  for (const it of lines) {
    if (!list || about !== it.entry) {
      about = it.entry;
      list = element("ul");
      parts.push(element("h3", about === undefined ? say("of-bundle") : say("of-entry", { id: about })), list);
    }
    const item = element("li", undefined, it.finding);
    item.dataset.key = it.key;
    item.append(element("strong", say(FINDINGS[it.finding])), element("span", sentence(it)));
    for (const said of circumstances(it)) item.append(element("small", said));
    list.append(item);
  }
  parts.push(element("p", say("scope-note"), "soft"));
  const place = byId("answer");
  place.dataset.verdict = verdict;
  place.replaceChildren(...parts);
}

function said(key, values) {
  delete byId("answer").dataset.verdict;
  byId("answer").replaceChildren(element("p", say(key, values)));
}

async function run() {
  report = undefined;
  const [file] = byId("bundle").files;
  const typed = byId("trust").value.trim();
  const trust = typed === "" ? undefined : fingerprint(typed);
  if (!globalThis.crypto?.subtle) return said("page-no-crypto");
  if (!file) return said("page-no-file");
  if (typed !== "" && trust === undefined) return said("error-trust", { text: typed });
  if (file.size > 128 * 1024 * 1024) return said("form-too-large");
  said("page-working");
  report = await verify(new Uint8Array(await file.arrayBuffer()), trust);
  return answer();
}

function speak() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const place of document.querySelectorAll("[data-say]")) place.textContent = say(place.dataset.say);
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  if (report) answer();
  else byId("answer").replaceChildren();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    language = button.dataset.language;
    speak();
  });
}
byId("verify").addEventListener("click", () => void run());
speak();
