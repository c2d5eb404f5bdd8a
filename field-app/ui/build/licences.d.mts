import type { Plugin } from "vite";

export type Package = { readonly name: string; readonly version: string; readonly licence: string; readonly texts: readonly string[] };
export type Group = { readonly file: string; readonly licence: string; readonly packages: readonly string[]; readonly text: string };

export function grouped(packages: readonly Package[]): readonly Group[];
export function licences(): Plugin;
