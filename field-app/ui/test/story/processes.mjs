// The real programs: started on folders and ports of their own, killed without a warning, gone when the story ends.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const BUILT = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug");
const running = new Set();

/** A temporary folder that goes with the story. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), "countersign-story-"));
  process.on("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** A port that was free a moment ago, so that a program can come back at the same address. */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/** Runs a built program to its end. */
export function run(name, ...words) {
  const { status, stderr } = spawnSync(join(BUILT, name), words, { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} ${words.join(" ")} ended with ${status}: ${stderr}`);
}

/** Starts a built program; resolves with its first line and the way to end it. */
export async function start(name, ...words) {
  const child = spawn(join(BUILT, name), words, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  const lines = createInterface({ input: child.stdout });
  const [first] = await Promise.race([
    once(lines, "line"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`${name} ended with ${code} before it was ready`))),
  ]);
  const end = async (signal) => {
    running.delete(child);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, "exit");
    }
  };
  return { first, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}
