import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { licences } from "./build/licences.mjs";

// Relative addresses and nothing inlined: one bundle serves the loopback host, Android and iOS under a strict policy.
export default defineConfig({
  // The catalog test reads the sources of the core.
  server: { fs: { allow: ["../.."] } },
  base: "./",
  plugins: [svelte(), licences()],
  build: { target: "es2022", outDir: "dist", emptyOutDir: true, modulePreload: false, assetsInlineLimit: 0 },
  test: { environment: "jsdom", include: ["test/**/*.test.ts"] },
});
