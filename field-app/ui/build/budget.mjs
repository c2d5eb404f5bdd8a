// Fails when the script that the first screen needs is larger than a phone on a slow network should fetch or parse.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_BYTES = 100_000;
const dist = new URL("../dist/", import.meta.url);

function withImports(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  const source = readFileSync(new URL(path, dist), "utf8");
  for (const [, name] of source.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) withImports(`assets/${name}`, seen);
  return seen;
}

const page = readFileSync(new URL("index.html", dist), "utf8");
const scripts = [...page.matchAll(/<script[^>]+src="\.\/([^"]+)"/g)].flatMap(([, path]) => [...withImports(path)]);
if (scripts.length === 0) throw new Error("dist/index.html names no script: run `npm run build` first");
const size = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(new URL(path, dist)), { level: 9 }).length, 0);
console.log(`first screen: ${size} bytes of script with gzip, ${LIMIT_BYTES} allowed`);
if (size > LIMIT_BYTES) {
  console.error("The first screen's script is too large: load what it does not need with import().");
  process.exit(1);
}
