// Draws strokes on the pad. Stored strokes come from the core; the line under the finger is paler until it is stored.

import type { Point } from "./stroke";

/** Width and height of the pad in CSS pixels: the same before and after a rotation, so that strokes keep their place. */
export const PAD_WIDTH = 336;
export const PAD_HEIGHT = 200;

const LINE_WIDTH = 2.4;

type Line = { readonly x: readonly number[]; readonly y: readonly number[] };

export class Ink {
  #context: CanvasRenderingContext2D;
  #colours: { readonly stored: string; readonly open: string };

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser draws no canvas");
    const scale = devicePixelRatio;
    canvas.width = Math.round(PAD_WIDTH * scale);
    canvas.height = Math.round(PAD_HEIGHT * scale);
    context.scale(scale, scale);
    context.lineWidth = LINE_WIDTH;
    context.lineCap = "round";
    context.lineJoin = "round";
    const style = getComputedStyle(canvas);
    this.#context = context;
    this.#colours = { stored: style.getPropertyValue("--pen"), open: style.getPropertyValue("--pen-open") };
  }

  /** The line that is still under the finger. */
  echo(from: Point | undefined, to: Point): void {
    const context = this.#context;
    context.strokeStyle = this.#colours.open;
    context.beginPath();
    context.moveTo(from?.x ?? to.x, from?.y ?? to.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }

  /** The whole pad: what the core keeps, then what is not stored yet. */
  draw(stored: readonly Line[], open: readonly Line[]): void {
    this.#context.clearRect(0, 0, PAD_WIDTH, PAD_HEIGHT);
    this.#lines(stored, this.#colours.stored);
    this.#lines(open, this.#colours.open);
  }

  #lines(lines: readonly Line[], colour: string): void {
    const context = this.#context;
    context.strokeStyle = colour;
    for (const { x, y } of lines) {
      context.beginPath();
      x.forEach((at, i) => context.lineTo(at / 100, (y[i] ?? 0) / 100));
      if (x.length === 1) context.lineTo((x[0] ?? 0) / 100, (y[0] ?? 0) / 100);
      context.stroke();
    }
  }
}
