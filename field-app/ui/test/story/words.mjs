// The words that a person reads, from the same catalogs as the pages.

import { readdirSync, readFileSync } from "node:fs";
import { FluentBundle, FluentResource } from "@fluent/bundle";

const CATALOGS = {
  app: new URL("../../messages/", import.meta.url),
  console: new URL("../../../../server/messages/", import.meta.url),
};

/** `say(key, values)` of a catalog in a language; an unknown key ends the story. */
export function wordsOf(catalog, language) {
  const bundle = new FluentBundle(language, { useIsolating: false });
  const folder = new URL(`${language}/`, CATALOGS[catalog]);
  for (const file of readdirSync(folder)) bundle.addResource(new FluentResource(readFileSync(new URL(file, folder), "utf8")));
  return (key, values) => {
    const message = bundle.getMessage(key);
    if (!message?.value) throw new Error(`${catalog} has no words for ${key} in ${language}`);
    return bundle.formatPattern(message.value, values);
  };
}
