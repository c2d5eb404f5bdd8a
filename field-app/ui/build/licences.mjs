// What the app is made of, as files beside it: `licences/index.json` and one text a licence expression. The packages come from
// Cargo.lock, as far as the core needs them, and from what the bundle really holds; the texts come from the packages.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const UI = fileURLToPath(new URL("..", import.meta.url));
const ROOT = join(UI, "../..");
const SHIPPED = "countersign-mobile";
const IS_TEXT = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;

/** Each distinct licence text in the package's folder. */
function textsIn(folder) {
  const names = readdirSync(folder, { withFileTypes: true }).filter((file) => file.isFile() && IS_TEXT.test(file.name));
  return names.map((file) => readFileSync(join(folder, file.name), "utf8").trim().replace(/\r\n/g, "\n"));
}

function run(command, ...args) {
  return execFileSync(command, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
}

/** The crates that the core is linked from on this platform; procedural macros run in the build and are not among them. */
function crates() {
  const host = /^host: (.+)$/m.exec(run("rustc", "-vV"))[1];
  const { packages, resolve } = JSON.parse(run("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", host));
  const packageOf = new Map(packages.map((one) => [one.id, one]));
  const nodeOf = new Map(resolve.nodes.map((node) => [node.id, node]));
  const found = new Set();
  const waiting = [packages.find((one) => one.name === SHIPPED).id];
  for (let id = waiting.pop(); id; id = waiting.pop()) {
    if (found.has(id) || packageOf.get(id).targets.some((target) => target.kind.includes("proc-macro"))) continue;
    found.add(id);
    waiting.push(...nodeOf.get(id).deps.filter((dep) => dep.dep_kinds.some(({ kind }) => kind === null)).map((dep) => dep.pkg));
  }
  return [...found]
    .map((id) => packageOf.get(id))
    .filter((one) => one.source !== null)
    .map(({ name, version, license, manifest_path }) => ({ name, version, licence: license ?? "", texts: textsIn(dirname(manifest_path)) }));
}

/** The npm packages of which a module is in the bundle, with the version that package-lock.json holds. */
function bundled(bundle) {
  const lock = JSON.parse(readFileSync(join(UI, "package-lock.json"), "utf8")).packages;
  const modules = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}));
  const folders = new Set(modules.flatMap((path) => /node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  return [...folders].map((folder) => {
    const { version, license } = lock[folder];
    return { name: folder.replace("node_modules/", ""), version, licence: license, texts: textsIn(join(UI, folder)) };
  });
}

/** One group a licence expression; within it each distinct text stands once, below the packages that carry it. */
export function grouped(packages) {
  const groups = new Map();
  for (const one of packages.toSorted((a, b) => a.name.localeCompare(b.name))) {
    if (!one.licence) throw new Error(`${one.name} ${one.version} names no licence: look at it before it is shipped`);
    const group = groups.get(one.licence) ?? { packages: [], texts: new Map() };
    const label = `${one.name} ${one.version}`;
    group.packages.push(label);
    const texts = one.texts.length > 0 ? one.texts : [`The package carries no text of its own; its licence is ${one.licence} (https://spdx.org/licenses/).`];
    for (const text of texts) group.texts.set(text, [...(group.texts.get(text) ?? []), label]);
    groups.set(one.licence, group);
  }
  return [...groups].map(([licence, { packages, texts }]) => ({
    file: `${licence.replace(/[^A-Za-z0-9.]+/g, "-").toLowerCase()}.txt`,
    licence,
    packages,
    text: [...texts].map(([text, carriers]) => `${carriers.join(", ")}\n\n${text}\n`).join(`\n${"-".repeat(72)}\n\n`),
  }));
}

/** The plug-in for the build. */
export function licences() {
  return {
    name: "licences",
    generateBundle(_options, bundle) {
      const groups = grouped([...crates(), ...bundled(bundle)]);
      for (const { file, text } of groups) this.emitFile({ type: "asset", fileName: `licences/${file}`, source: text });
      const index = groups.map(({ file, licence, packages }) => ({ file, licence, packages }));
      this.emitFile({ type: "asset", fileName: "licences/index.json", source: JSON.stringify(index) });
    },
  };
}
