import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { capture, type Stroke } from "../src/signing/stroke";

type Sample = { x: number; y: number; t?: number; pressure?: number };

let pad: HTMLElement;
let finished: Stroke[];
let release: () => void;

beforeEach(() => {
  pad = document.createElement("div");
  document.body.append(pad);
  pad.setPointerCapture = vi.fn();
  pad.getBoundingClientRect = () => ({ left: 10, top: 20 }) as DOMRect;
  finished = [];
  release = capture(pad, { echo: () => undefined, finish: (stroke) => finished.push(stroke) });
});
afterEach(() => {
  release();
  pad.remove();
});

function made(type: string, pointerId: number, sample: Sample, pointerType: string): Event {
  const event = new Event(type, { bubbles: true, cancelable: true });
  const { x, y, t, pressure = 0.5 } = sample;
  const fields = { pointerId, pointerType, clientX: x, clientY: y, pressure, button: 0 };
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(event, name, { value });
  if (t !== undefined) Object.defineProperty(event, "timeStamp", { value: performance.now() + t });
  return event;
}

function send(type: string, id: number, sample: Sample, pointerType = "touch", coalesced: readonly Sample[] = []): void {
  const event = made(type, id, sample, pointerType);
  const all = coalesced.map((one) => made(type, id, one, pointerType));
  Object.defineProperty(event, "getCoalescedEvents", { value: () => all });
  pad.dispatchEvent(event);
}

test("a stroke is finished once, as the finger lifts, in hundredths of a pixel from the pad's corner", () => {
  send("pointerdown", 1, { x: 11, y: 22 });
  send("pointermove", 1, { x: 12.5, y: 22.25, pressure: 1 });
  expect(finished).toEqual([]);
  send("pointerup", 1, { x: 12.5, y: 22.25 });
  expect(finished).toHaveLength(1);
  expect(finished[0]).toMatchObject({ pointer: "touch", cancelled: false, x: [100, 250], y: [200, 225], p: [512, 1023] });
});

test("coalesced events are all kept", () => {
  send("pointerdown", 1, { x: 10, y: 20 });
  send("pointermove", 1, { x: 16, y: 20 }, "touch", [
    { x: 12, y: 20 },
    { x: 14, y: 20 },
    { x: 16, y: 20 },
  ]);
  send("pointerup", 1, { x: 16, y: 20 });
  expect(finished[0]?.x).toEqual([0, 200, 400, 600]);
});

test("time never runs backwards within a stroke", () => {
  send("pointerdown", 1, { x: 10, y: 20, t: 50 });
  send("pointermove", 1, { x: 11, y: 20, t: 20 });
  send("pointerup", 1, { x: 11, y: 20, t: 60 });
  const times = finished[0]?.t ?? [];
  expect(times).toHaveLength(2);
  expect([...times]).toEqual([...times].sort((a, b) => a - b));
});

test("a second finger draws nothing", () => {
  send("pointerdown", 1, { x: 10, y: 20 });
  send("pointerdown", 2, { x: 100, y: 100 });
  send("pointermove", 2, { x: 110, y: 110 });
  send("pointerup", 2, { x: 110, y: 110 });
  expect(finished).toEqual([]);
  send("pointerup", 1, { x: 10, y: 20 });
  expect(finished[0]?.x).toHaveLength(1);
});

test("once a pen was seen, touches are the palm", () => {
  send("pointerdown", 1, { x: 10, y: 20 }, "pen");
  send("pointerup", 1, { x: 10, y: 20 }, "pen");
  send("pointerdown", 2, { x: 50, y: 50 }, "touch");
  send("pointerup", 2, { x: 50, y: 50 }, "touch");
  expect(finished.map((stroke) => stroke.pointer)).toEqual(["pen"]);
});

test("what was drawn before the system took the pointer is kept and marked", () => {
  send("pointerdown", 1, { x: 10, y: 20 });
  send("pointermove", 1, { x: 15, y: 20 });
  send("pointercancel", 1, { x: 15, y: 20 });
  expect(finished[0]).toMatchObject({ cancelled: true, x: [0, 500] });
});

test("a hidden page finishes the stroke", () => {
  send("pointerdown", 1, { x: 10, y: 20 });
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
  vi.restoreAllMocks();
  expect(finished[0]).toMatchObject({ cancelled: true });
});

test("a stroke without end goes on as the next one and loses no sample", () => {
  send("pointerdown", 1, { x: 10, y: 20 });
  for (let i = 0; i < 4500; i++) send("pointermove", 1, { x: 10 + (i % 300), y: 20 });
  send("pointerup", 1, { x: 10, y: 20 });
  expect(finished.map((stroke) => stroke.x.length)).toEqual([4000, 501]);
});

test("nothing is heard after the pad is released", () => {
  release();
  send("pointerdown", 1, { x: 10, y: 20 });
  send("pointerup", 1, { x: 10, y: 20 });
  expect(finished).toEqual([]);
});
