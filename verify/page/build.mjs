// Puts the page together: one HTML file with all of it, under a policy that lets nothing else in or out.
// `node verify/page/build.mjs` writes `verify/page/countersign-verify.html`; a browser test compares.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const LANGUAGES = ["zh-CN", "en"];

function catalog(language) {
  const lines = ["evidence", "page"].flatMap((noun) => read(`../messages/${language}/${noun}.ftl`).split("\n"));
  const isUsed = ([key]) => !key.startsWith("about-") && !key.startsWith("made-by-") && key !== "error-no-file";
  return Object.fromEntries(lines.filter(Boolean).map((line) => line.split(/ = (.*)/s).slice(0, 2)).filter(isUsed));
}

const hashed = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The whole file. */
export function built() {
  const catalogs = JSON.stringify(Object.fromEntries(LANGUAGES.map((language) => [language, catalog(language)])), undefined, 1);
  const verification = read("verify.mjs").replaceAll(/^export /gm, "");
  const script = `\nconst CATALOGS = ${catalogs};\n\n${verification}\n${read("page.mjs")}`;
  const style = `\n${read("page.css")}`;
  const policy = `default-src 'none'; script-src ${hashed(script)}; style-src ${hashed(style)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>countersign-verify</title>
<style>${style}</style>
</head>
<body>
<main>
<h1 data-say="title"></h1>
<p data-say="page-lead"></p>
<p><button type="button" data-language="zh-CN" lang="zh-CN">中文</button> <button type="button" data-language="en" lang="en">English</button></p>
<label for="bundle" data-say="page-file"></label><input id="bundle" type="file" accept=".csev">
<label for="trust" data-say="page-trust"></label><input id="trust" type="text" autocomplete="off" spellcheck="false">
<button id="verify" type="button" data-say="page-verify"></button>
<section id="answer" aria-live="polite"></section>
</main>
<script type="module">${script}</script>
</body>
</html>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL("countersign-verify.html", import.meta.url), built());
