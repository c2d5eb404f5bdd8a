// Days and instants as a person reads them. Legal days are those of Asia/Shanghai, wherever the phone thinks it is.

import type { Language } from "./messages";

const ZONE = "Asia/Shanghai";

/** `2026-07-15` as `7月15日 星期三` or `Wed, 15 July`. */
export function day(text: string, language: Language): string {
  const at = new Date(`${text}T12:00:00+08:00`);
  if (Number.isNaN(at.getTime())) return text;
  const locale = language === "en" ? "en-GB" : language;
  return new Intl.DateTimeFormat(locale, { timeZone: ZONE, month: "long", day: "numeric", weekday: "short" }).format(at);
}

/** `2026-07-15` with its year. */
export function fullDay(text: string, language: Language): string {
  const at = new Date(`${text}T12:00:00+08:00`);
  if (Number.isNaN(at.getTime())) return text;
  const locale = language === "en" ? "en-GB" : language;
  return new Intl.DateTimeFormat(locale, { timeZone: ZONE, dateStyle: "long" }).format(at);
}

/** Milliseconds since 1970 as `7月15日 09:40`. */
export function moment(ms: number, language: Language): string {
  const locale = language === "en" ? "en-GB" : language;
  const parts = { timeZone: ZONE, month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(locale, parts).format(new Date(ms));
}

/** Milliseconds since 1970 as `09:40`. */
export function clock(ms: number, language: Language): string {
  const locale = language === "en" ? "en-GB" : language;
  return new Intl.DateTimeFormat(locale, { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(ms));
}

/** So many minutes ago: `12 minutes ago`, `3小时前`; below one, this minute. */
export function ago(minutes: number, language: Language): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  return minutes < 60 ? words.format(-minutes, "minute") : words.format(-Math.floor(minutes / 60), "hour");
}

/** Metres as `350 m` or `1.2 km`: no finer than a position is. */
export function distance(metres: number, language: Language): string {
  const unit = (value: number, name: "meter" | "kilometer", digits: number): string =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, maximumFractionDigits: digits }).format(value);
  if (metres < 995) return unit(Math.round(metres / 10) * 10, "meter", 0);
  return unit(metres / 1_000, "kilometer", metres < 99_500 ? 1 : 0);
}

/** A wait as `29 s`, `5 min`, `3 h 10 min`: rounded up, so that nobody tries too soon. */
export function countdown(ms: number, language: Language): string {
  const seconds = Math.ceil(ms / 1_000);
  const unit = (value: number, name: "second" | "minute" | "hour"): string =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: language === "en" ? "long" : "short" }).format(value);
  if (seconds < 60) return unit(seconds, "second");
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return unit(minutes, "minute");
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest === 0 ? unit(hours, "hour") : `${unit(hours, "hour")} ${unit(rest, "minute")}`;
}
