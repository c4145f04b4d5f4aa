import { WebSocket } from "ws";

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A WebSocket that speaks graphql-transport-ws by hand, so that tests may also break its rules. */
export interface TestSocket {
  readonly webSocket: WebSocket;
  readonly messages: readonly Message[];
  send(message: Message | string): void;
  /** The first message that fits, come or to come. */
  next(type: string, id?: string): Promise<Message>;
  /** Code with which it is, or will be, closed. */
  readonly closed: Promise<number>;
  /** What it said beside the code. */
  readonly reason: Promise<string>;
}

export interface SocketOptions {
  readonly headers?: Record<string, string>;
  readonly protocol?: string;
  readonly path?: string;
  /** false: no connection_init. */
  readonly init?: boolean;
  /** Of connection_init. */
  readonly payload?: unknown;
}

export async function openSocket(
  url: string,
  { headers = {}, protocol = "graphql-transport-ws", path = "/graphql", init = true, payload }: SocketOptions = {},
): Promise<TestSocket> {
  const webSocket = new WebSocket(`${url.replace("http", "ws")}${path}`, protocol, { headers });
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  webSocket.on("message", (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Message);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => webSocket.once("close", resolve));
  const reason = new Promise<string>((resolve) => webSocket.once("close", (_, text) => resolve(text.toString())));
  await new Promise<void>((resolve, reject) => {
    webSocket.once("open", () => resolve());
    webSocket.once("error", reject);
  });
  webSocket.on("error", () => {});
  const socket: TestSocket = {
    webSocket,
    messages,
    closed,
    reason,
    send: (message) => webSocket.send(typeof message === "string" ? message : JSON.stringify(message)),
    next: (type, id) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = messages.find((message) => message.type === type && (id === undefined || message.id === id));
          if (found === undefined) return void waiting.add(look);
          waiting.delete(look);
          resolve(found);
        };
        look();
      }),
  };
  if (init) {
    socket.send({ type: "connection_init", payload });
    await socket.next("connection_ack");
  }
  return socket;
}

export function subscribeMessage(id: string, query: string, variables?: unknown): Message {
  return { type: "subscribe", id, payload: { query, variables } };
}
