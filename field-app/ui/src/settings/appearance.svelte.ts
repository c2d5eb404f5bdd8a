// How this phone shows things. The core keeps the choice; a copy in the web view serves the first paint only, because the core
// answers after it.

import { LANGUAGES, type Language } from "../messages";
import { settings } from "../replica";
import type { Settings } from "../rows/Settings";

const COPY_AT = "countersign.settings";
const DEFAULTS: Settings = { language: null, text_percent: 100, theme: "system" };

function copied(): Settings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(COPY_AT) ?? "{}") as Partial<Settings>) };
  } catch {
    return DEFAULTS;
  }
}

export class Appearance {
  chosen = $state.raw<Settings>(copied());
  #platformIsDark = $state(false);

  /** The language chosen on this device, else the platform's, else Chinese. */
  language = $derived<Language>(
    LANGUAGES.find((one) => one === this.chosen.language) ?? (navigator.language.startsWith("en") ? "en" : "zh-CN"),
  );
  #isDark = $derived(this.chosen.theme === "system" ? this.#platformIsDark : this.chosen.theme === "dark");

  /** Must be made while a component is set up. */
  constructor() {
    const platform = matchMedia("(prefers-color-scheme: dark)");
    this.#platformIsDark = platform.matches;
    $effect(() => {
      const follow = (): void => {
        this.#platformIsDark = platform.matches;
      };
      platform.addEventListener("change", follow);
      return () => platform.removeEventListener("change", follow);
    });
    $effect.pre(() => {
      const page = document.documentElement;
      page.lang = this.language;
      page.dataset.theme = this.#isDark ? "dark" : "light";
      page.style.fontSize = `${this.chosen.text_percent}%`;
    });
    // A core that does not answer says so on the screen itself; the copy serves until then.
    settings.read().then((kept) => this.#show(kept), () => undefined);
  }

  /** Shows the choice at once and has the core keep it. */
  async choose(part: Partial<Settings>): Promise<void> {
    this.#show({ ...this.chosen, ...part });
    await settings.keep(this.chosen);
  }

  #show(chosen: Settings): void {
    this.chosen = chosen;
    localStorage.setItem(COPY_AT, JSON.stringify(chosen));
  }
}
