// Draws strokes on the pad. Stored strokes come from the core; the line under the finger is paler until it is stored.

import type { Point } from "./stroke";

/** Whether every stroke lies on the pad, or was drawn on a larger one and is shown smaller. */
export type Fit = "whole" | "beyond";

const LINE_WIDTH = 2.4;

type Line = { readonly x: readonly number[]; readonly y: readonly number[] };

export class Ink {
  #context: CanvasRenderingContext2D;
  #colours: { readonly stored: string; readonly open: string };
  #width: number;
  #height: number;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser draws no canvas");
    const scale = devicePixelRatio;
    this.#width = canvas.clientWidth;
    this.#height = canvas.clientHeight;
    canvas.width = Math.round(this.#width * scale);
    canvas.height = Math.round(this.#height * scale);
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

  /** The whole pad: what the core keeps, then what is not stored yet. What a larger pad took is drawn smaller. */
  draw(stored: readonly Line[], open: readonly Line[]): Fit {
    const context = this.#context;
    const all = [...stored, ...open];
    const reach = (axis: "x" | "y"): number => all.reduce((most, line) => line[axis].reduce((a, b) => Math.max(a, b), most), 1) / 100;
    const fit = Math.min(1, this.#width / reach("x"), this.#height / reach("y"));
    context.clearRect(0, 0, this.#width, this.#height);
    context.save();
    context.scale(fit, fit);
    this.#lines(stored, this.#colours.stored);
    this.#lines(open, this.#colours.open);
    context.restore();
    return fit < 1 ? "beyond" : "whole";
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
