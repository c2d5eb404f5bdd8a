// The way from a phone to the server: a TCP relay with the speed of a mobile network that can also be cut.

import { once } from "node:events";
import { connect, createServer } from "node:net";

/** Third-generation mobile data as the browser's own tools model it: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. */
export const THIRD_GENERATION = { down: 200_000, up: 93_750, delay_ms: 75 };

const at = (ms) => new Promise((done) => setTimeout(done, ms));

/** Passes bytes on at `rate` bytes a second, each after `delay_ms`; ends what it passes to when the source ends. */
async function carry(from, to, settings, direction, counted) {
  let ready = Promise.resolve();
  for await (const chunk of from) {
    counted[direction] += chunk.length;
    const { delay_ms = 0, [direction]: rate } = settings.speed ?? {};
    if (rate) {
      const due = at(delay_ms);
      ready = ready.then(() => Promise.all([due, at((chunk.length * 1000) / rate)]));
      await ready;
    }
    if (to.destroyed) return;
    if (!to.write(chunk)) await once(to, "drain");
  }
  to.end();
}

/** A relay to `port`: `url`, `bytes`, `slow(speed)`, `cut()`, `mend()`, `close()`. */
export async function link(port) {
  const settings = { speed: undefined, isCut: false };
  const bytes = { up: 0, down: 0 };
  const open = new Set();
  const relay = createServer((phone) => {
    if (settings.isCut) return phone.destroy();
    const server = connect(port, "127.0.0.1");
    for (const socket of [phone, server]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => (open.delete(socket), (socket === phone ? server : phone).destroy()));
    }
    void carry(phone, server, settings, "up", bytes).catch(() => server.destroy());
    void carry(server, phone, settings, "down", bytes).catch(() => phone.destroy());
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  const drop = () => open.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${relay.address().port}`,
    bytes,
    slow: (speed) => void (settings.speed = speed),
    cut: () => ((settings.isCut = true), drop()),
    mend: () => void (settings.isCut = false),
    close: () => (drop(), relay.close()),
  };
}
