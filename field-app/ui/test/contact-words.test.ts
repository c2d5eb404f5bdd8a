import { expect, test } from "vitest";
import { fieldWords, memberPath, valueWords } from "../src/contacts/words";
import { catalog } from "../src/messages";

test("a path says of whom and of which field it is", () => {
  expect(memberPath("contacts.k1.phone")).toEqual({ map: "contact", key: "k1", field: "phone" });
  expect(memberPath("follow_ups.k1")).toEqual({ map: "follow-up", key: "k1", field: undefined });
  for (const other of ["notes", "stops.s1.order", "contacts"]) expect(memberPath(other)).toBeUndefined();
});

test("a field has a name wherever it is", () => {
  const say = catalog("en");
  expect(fieldWords(say, "contacts.k1.title")).toBe("Job title");
  expect(fieldWords(say, "follow_ups.k1")).toBe("Follow-ups");
  expect(fieldWords(say, "notes")).toBe(say("field-notes"));
});

test("values read as a person says them", () => {
  const say = catalog("en");
  const words = (map: "contact" | "follow-up", field: string, value: string): string => valueWords(say, "en", { map, field }, value, { k1: "Wang" });
  expect(words("contact", "role", "mail_room")).toBe("Mail room");
  expect(words("contact", "state", "in_use")).toBe("valid");
  expect(words("contact", "state", "left_firm")).toBe("left the firm");
  expect(words("contact", "merged_into", "k1")).toBe("Wang");
  expect(words("contact", "apart", "k1 k2")).toBe("Wang · k2");
  expect(words("follow-up", "due", "2026-07-15")).toBe("15 July 2026");
  expect(words("follow-up", "state", "dropped")).toBe("dropped");
  expect(words("contact", "name", "")).toBe(say("conflict-empty"));
});
