import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CoreError } from "../src/replica";
import { Draft } from "../src/stops/draft.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function keeper() {
  const stored: { value: string; base: string }[] = [];
  const draft = new Draft((value, base) => {
    stored.push({ value, base });
    return Promise.resolve();
  });
  const type = (text: string): void => {
    draft.text = text;
    draft.typed();
  };
  return { stored, draft, type };
}

test("a pause stores what was typed, with the text it started from", async () => {
  const { stored, draft, type } = keeper();
  draft.follow("甲");
  type("甲乙");
  type("甲乙丙");
  expect(stored).toEqual([]);
  await vi.advanceTimersByTimeAsync(700);
  expect(stored).toEqual([{ value: "甲乙丙", base: "甲" }]);
  expect(draft.state).toBe("clean");
});

test("somebody who never pauses is stored all the same", async () => {
  const { stored, type } = keeper();
  for (let i = 1; i <= 40; i++) {
    type("字".repeat(i));
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(stored.length).toBeGreaterThanOrEqual(1);
});

test("a colleague's text does not overwrite what is unsaved, and shows afterwards", async () => {
  const { stored, draft, type } = keeper();
  draft.follow("甲");
  type("甲乙");
  draft.follow("丁甲");
  expect(draft.text).toBe("甲乙");
  await draft.save();
  expect(stored).toEqual([{ value: "甲乙", base: "甲" }]);
  draft.follow("丁甲乙");
  expect(draft.text).toBe("丁甲乙");
});

test("nothing is stored when nothing changed", async () => {
  const { stored, draft } = keeper();
  draft.follow("甲");
  await draft.save();
  expect(stored).toEqual([]);
});

test("text that could not be stored stays, says so, and is offered again", async () => {
  let isBroken = true;
  const stored: string[] = [];
  const draft = new Draft((value) => {
    if (isBroken) return Promise.reject(new CoreError("retry", "shell-silent"));
    stored.push(value);
    return Promise.resolve();
  });
  draft.text = "乙";
  await draft.save();
  expect(draft.text).toBe("乙");
  expect(draft.error?.ref).toBe("shell-silent");
  isBroken = false;
  await draft.save();
  expect(stored).toEqual(["乙"]);
  expect(draft.error).toBeUndefined();
});
