// What the fields of contacts and follow-ups say, for conflicts and histories.

import type { Language, Say } from "../messages";
import { fullDay } from "../time";
import { keyOf } from "../words";

export type Names = Readonly<Record<string, string | undefined>>;

/** The parts of a path such as `contacts.<key>.phone`; undefined for a field that is in no such map. */
export function memberPath(path: string): { readonly map: "contact" | "follow-up"; readonly key: string; readonly field: string | undefined } | undefined {
  const [map, key, field] = path.split(".");
  if (!key || (map !== "contacts" && map !== "follow_ups")) return undefined;
  return { map: map === "contacts" ? "contact" : "follow-up", key, field };
}

/** The name of a field of a stop, a customer, a contact or a follow-up. */
export function fieldWords(say: Say, path: string): string {
  const member = memberPath(path);
  if (!member) return say(keyOf("field", path));
  return member.field ? say(keyOf(`${member.map}-field`, member.field)) : say(`${member.map}-title`);
}

/** A value of a field as a person reads it. */
export function valueWords(say: Say, language: Language, { map, field }: { map: "contact" | "follow-up"; field: string }, value: string, names: Names): string {
  if (value === "") return say("conflict-empty");
  const name = (key: string): string => names[key] ?? key;
  switch (`${map}.${field}`) {
    case "contact.role":
      return say(keyOf("contact-role", value));
    case "contact.state":
      return say(value === "in_use" ? "contact-state-in-use" : keyOf("contact-end", value));
    case "contact.merged_into":
    case "follow-up.contact":
    case "follow-up.who":
      return name(value);
    case "contact.apart":
      return value.split(" ").map(name).join(" · ");
    case "contact.valid_until":
    case "follow-up.due":
      return fullDay(value, language);
    case "follow-up.kind":
      return say(keyOf("follow-up-kind", value));
    case "follow-up.state":
      return say(keyOf("follow-up-state", value));
    default:
      return value;
  }
}
