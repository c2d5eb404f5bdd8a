import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FormDraft } from "../src/drafts/form.svelte";
import { CoreError, drafts } from "../src/replica";

const OF = { stop: "stop-1", form: "promise" } as const;
const EMPTY = { typed: "", due: "" };

const read = vi.spyOn(drafts, "read");
const keep = vi.spyOn(drafts, "keep");
const drop = vi.spyOn(drafts, "drop");

beforeEach(() => {
  vi.useFakeTimers();
  read.mockReset().mockResolvedValue(null);
  keep.mockReset().mockResolvedValue(null);
  drop.mockReset().mockResolvedValue(null);
});
afterEach(() => vi.useRealTimers());

/** A form as a component holds it, once what was kept has been read. */
async function open(): Promise<{ draft: FormDraft<typeof EMPTY>; leave: () => void }> {
  let draft: FormDraft<typeof EMPTY> | undefined;
  const leave = $effect.root(() => {
    draft = new FormDraft(OF, EMPTY);
  });
  flushSync();
  await vi.runAllTimersAsync();
  if (!draft) throw new Error("made above");
  return { draft, leave };
}

async function type(draft: FormDraft<typeof EMPTY>, typed: string, ms: number): Promise<void> {
  draft.fields.typed = typed;
  flushSync();
  await vi.advanceTimersByTimeAsync(ms);
}

test("a pause keeps, and typing without a pause keeps too", async () => {
  const { draft, leave } = await open();
  await type(draft, "5", 399);
  expect(keep).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(keep).toHaveBeenLastCalledWith(OF, '{"typed":"5","due":""}');
  for (let i = 0; i < 7; i++) await type(draft, `5${"0".repeat(i)}1`, 300);
  expect(keep.mock.calls.length).toBe(2);
  leave();
});

test("hiding the page and leaving the screen keep at once", async () => {
  const { draft, leave } = await open();
  await type(draft, "5", 0);
  window.dispatchEvent(new Event("pagehide"));
  await vi.advanceTimersByTimeAsync(0);
  expect(keep).toHaveBeenLastCalledWith(OF, '{"typed":"5","due":""}');
  await type(draft, "50", 0);
  leave();
  await vi.advanceTimersByTimeAsync(0);
  expect(keep).toHaveBeenLastCalledWith(OF, '{"typed":"50","due":""}');
});

test("what was kept is shown; fields that the form does not know are left out", async () => {
  read.mockResolvedValue({ content: '{"typed":"50","colour":"red","due":7}', at_ms: 9 });
  const { draft, leave } = await open();
  expect({ ...draft.fields }).toEqual({ typed: "50", due: "" });
  expect(draft.restoredMs).toBe(9);
  draft.startOver();
  await vi.advanceTimersByTimeAsync(0);
  expect(drop).toHaveBeenCalledWith(OF);
  leave();
});

test("what cannot be read leaves an empty form", async () => {
  read.mockResolvedValue({ content: "{", at_ms: 9 });
  const { draft, leave } = await open();
  expect([draft.isReady, { ...draft.fields }]).toEqual([true, EMPTY]);
  leave();
});

test("a command waits for what is being kept, and nothing is kept after it", async () => {
  const { draft, leave } = await open();
  const order: string[] = [];
  keep.mockImplementation(async () => {
    await new Promise((done) => setTimeout(done, 50));
    order.push("kept");
    return null;
  });
  draft.fields.typed = "50";
  flushSync();
  const handed = draft.hand(async () => order.push("recorded"));
  await vi.advanceTimersByTimeAsync(5_000);
  await handed;
  leave();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(order).toEqual(["kept", "recorded"]);
});

test("a refused command goes on keeping", async () => {
  const { draft, leave } = await open();
  const refused = draft.hand(() => Promise.reject(new CoreError("fix", "day-in-the-past")));
  await expect(refused).rejects.toThrow("day-in-the-past");
  await type(draft, "7", 400);
  expect(keep).toHaveBeenLastCalledWith(OF, '{"typed":"7","due":""}');
  leave();
});

test("what the core does not keep is said and offered again", async () => {
  const { draft, leave } = await open();
  keep.mockRejectedValueOnce(new CoreError("fix", "drafts-full"));
  await type(draft, "5", 400);
  expect(draft.error?.ref).toBe("drafts-full");
  await type(draft, "50", 400);
  expect([draft.error, keep.mock.calls.length]).toEqual([undefined, 2]);
  leave();
});
