// What the hand did on the pad. The canvas only echoes; these samples are the record, and the core keeps them.
//
// Drawing libraries thin points out and ignore coalesced events, so none of them is asked. Units: x and y in hundredths of
// a CSS pixel from the pad's corner, t in milliseconds since the pad was armed on the browser's monotonic clock, p from 0
// to 1023 as the browser reports it. The core decides what a constant pressure means and turns pixels into millimetres.

export type Stroke = {
  readonly pointer: "pen" | "touch" | "mouse";
  readonly cancelled: boolean;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly t: readonly number[];
  readonly p: readonly number[];
};

export type Point = { readonly x: number; readonly y: number };

export type Hand = {
  /** Draws the line that is still under the finger; nothing is stored yet. */
  readonly echo: (from: Point | undefined, to: Point) => void;
  /** Called once as the pointer lifts or is taken away. */
  readonly finish: (stroke: Stroke) => void;
};

type Open = { id: number; pointer: Stroke["pointer"]; x: number[]; y: number[]; t: number[]; p: number[] };

/** A longer stroke goes on as the next one, so that no call into the core is unbounded. */
const MAX_SAMPLES = 4000;

function kindOf(e: PointerEvent): Stroke["pointer"] {
  return e.pointerType === "pen" || e.pointerType === "touch" ? e.pointerType : "mouse";
}

/** Coalesced events exist only in secure contexts and newer engines, and are empty for synthetic events. */
function samplesOf(e: PointerEvent): readonly PointerEvent[] {
  const all = typeof e.getCoalescedEvents === "function" ? e.getCoalescedEvents() : [];
  return all.length > 0 ? all : [e];
}

/** Arms `pad`; the returned function disarms it and finishes what is still under the finger. */
export function capture(pad: HTMLElement, hand: Hand): () => void {
  const armed = performance.now();
  let open: Open | undefined;
  let penSeen = false;

  const add = (e: PointerEvent): void => {
    if (!open) return;
    if (open.x.length >= MAX_SAMPLES) {
      const { id, pointer } = open;
      close(false);
      open = { id, pointer, x: [], y: [], t: [], p: [] };
    }
    const stroke = open;
    const box = pad.getBoundingClientRect();
    const to = { x: e.clientX - box.left, y: e.clientY - box.top };
    const x = stroke.x.at(-1);
    const y = stroke.y.at(-1);
    hand.echo(x === undefined || y === undefined ? undefined : { x: x / 100, y: y / 100 }, to);
    stroke.x.push(Math.round(to.x * 100));
    stroke.y.push(Math.round(to.y * 100));
    stroke.t.push(Math.max(stroke.t.at(-1) ?? 0, Math.round(e.timeStamp - armed)));
    stroke.p.push(Math.round(Math.min(1, Math.max(0, e.pressure)) * 1023));
  };
  const close = (cancelled: boolean): void => {
    if (!open) return;
    const { pointer, x, y, t, p } = open;
    open = undefined;
    hand.finish({ pointer, cancelled, x, y, t, p });
  };

  const down = (e: PointerEvent): void => {
    const pointer = kindOf(e);
    if (pointer === "pen") penSeen = true;
    const isPalm = pointer === "touch" && penSeen;
    if (open || isPalm || e.button > 0) return;
    e.preventDefault();
    pad.setPointerCapture(e.pointerId);
    open = { id: e.pointerId, pointer, x: [], y: [], t: [], p: [] };
    add(e);
  };
  const move = (e: PointerEvent): void => {
    if (open?.id !== e.pointerId) return;
    for (const sample of samplesOf(e)) add(sample);
  };
  const up = (e: PointerEvent): void => {
    if (open?.id === e.pointerId) close(false);
  };
  const taken = (e: PointerEvent): void => {
    if (open?.id === e.pointerId) close(true);
  };
  const hidden = (): void => {
    if (document.visibilityState === "hidden") close(true);
  };

  pad.addEventListener("pointerdown", down);
  pad.addEventListener("pointermove", move);
  pad.addEventListener("pointerup", up);
  pad.addEventListener("pointercancel", taken);
  document.addEventListener("visibilitychange", hidden);
  return () => {
    close(true);
    pad.removeEventListener("pointerdown", down);
    pad.removeEventListener("pointermove", move);
    pad.removeEventListener("pointerup", up);
    pad.removeEventListener("pointercancel", taken);
    document.removeEventListener("visibilitychange", hidden);
  };
}
