// The words of the app. zh-CN is the source, en has the same keys; a test compares them.
//
// What a customer signs is not here: those strings come from the core and are drawn as they are.

import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Say = (key: string, args?: Record<string, FluentVariable>) => string;

const files = import.meta.glob<string>("../messages/*/*.ftl", { query: "?raw", import: "default", eager: true });

/** The text of each catalog file of `language`. */
export function sources(language: Language): readonly string[] {
  return Object.entries(files)
    .filter(([path]) => path.includes(`/${language}/`))
    .map(([, text]) => text);
}

/** The catalog of `language`. A key that it lacks is shown as itself, so that it is noticed. */
export function catalog(language: Language): Say {
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const text of sources(language)) {
    for (const error of bundle.addResource(new FluentResource(text))) throw error;
  }
  return (key, args) => {
    const pattern = bundle.getMessage(key)?.value;
    // An argument that is missing shows as its name, and the rest of the sentence stays.
    return pattern ? bundle.formatPattern(pattern, args, []) : key;
  };
}
