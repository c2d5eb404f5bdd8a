// How the page reaches the core: one way for each kind of shell. Only `replica.ts` imports this file.
//
//   request  {"v":1,"id":7,"method":"stop.check_in","params":{…}}
//   reply    {"id":7,"ok":…}  or  {"id":7,"error":{"kind":"retry","ref":"…"}}
//   event    {"event":"changed","kinds":["stops","entries"]}
//
// The id travels inside the JSON, so a shell passes strings through and parses nothing.

export type ErrorKind = "retry" | "sign_in" | "wait" | "fix" | "gone" | "support";

/** A call that the core answered with a no. `ref` is a key of the message catalogs. */
export class CoreError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly ref: string,
  ) {
    super(`${kind}: ${ref}`);
  }
}

type Reply = { readonly id: number; readonly ok?: unknown; readonly error?: { kind: ErrorKind; ref: string } };
type Changed = { readonly event: "changed"; readonly kinds: readonly string[] };
type Send = (request: string, id: number) => Promise<string>;
type Listener = (kinds: readonly string[]) => void;

declare global {
  interface Window {
    webkit?: { messageHandlers?: { core?: { postMessage(request: string): Promise<string> } } };
    countersign?: { event(json: string): void };
  }
}

const listeners = new Set<Listener>();

/** Calls `listener` with the kinds that changed, until the returned function is called. */
export function onChanged(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function announce(json: string): void {
  const { kinds } = JSON.parse(json) as Changed;
  for (const listener of listeners) listener(kinds);
}

/** iOS: the script message handler answers with a promise; events arrive at `window.countersign`. */
function replyHandler(post: (request: string) => Promise<string>): Send {
  window.countersign = { event: announce };
  return (request) => post(request);
}

/** Android: the activity hands over one end of a message channel that is bound to our origin. */
function messagePort(): Promise<Send> {
  const open = new Map<number, (reply: string) => void>();
  const receive = ({ data }: MessageEvent<string>): void => {
    const message = JSON.parse(data) as Reply | Changed;
    if ("event" in message) {
      announce(data);
      return;
    }
    open.get(message.id)?.(data);
    open.delete(message.id);
  };
  return new Promise((ready) => {
    window.addEventListener("message", function arrived(e: MessageEvent<unknown>) {
      const port = e.ports[0];
      if (e.data !== "core" || !port) return;
      window.removeEventListener("message", arrived);
      port.onmessage = receive;
      ready((request, id) =>
        new Promise((done) => {
          open.set(id, done);
          port.postMessage(request);
        }));
    });
  });
}

const KEEPALIVE_LIMIT = 20_000;

/** Tests and the demo: the loopback host, same origin, session cookie. */
function loopback(): Send {
  const events = new EventSource("events");
  events.onmessage = (e: MessageEvent<string>) => announce(e.data);
  return async (request) => {
    const reply = await fetch("rpc", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: request,
      // What is kept while the page goes must still arrive; browsers allow 64 KiB at once for that.
      keepalive: request.length < KEEPALIVE_LIMIT,
    });
    if (!reply.ok) throw new CoreError("sign_in", "shell-refused");
    return reply.text();
  };
}

function shell(): Promise<Send> {
  const core = window.webkit?.messageHandlers?.core;
  if (core) return Promise.resolve(replyHandler((request) => core.postMessage(request)));
  if (location.hostname === "app.invalid") return messagePort();
  return Promise.resolve(loopback());
}

/** Whether the page is in the iOS shell, whose links to maps are of another kind. */
export const isApple = (): boolean => window.webkit?.messageHandlers?.core !== undefined;

let opened: Promise<Send> | undefined;
let lastId = 0;

/** One call into the core. Throws {@link CoreError}, also when the shell itself does not answer. */
export async function call<T>(method: string, params: object = {}): Promise<T> {
  opened ??= shell();
  const send = await opened;
  const id = ++lastId;
  let text: string;
  try {
    text = await send(JSON.stringify({ v: 1, id, method, params }), id);
  } catch (error) {
    throw error instanceof CoreError ? error : new CoreError("retry", "shell-silent");
  }
  const reply = JSON.parse(text) as Reply;
  if (reply.error) throw new CoreError(reply.error.kind, reply.error.ref);
  return reply.ok as T;
}
