import { once } from "node:events";
import { WebSocket } from "ws";

/** One WebSocket with one subscription, by graphql-transport-ws; what comes is not parsed. */
export interface GraphqlSocket {
  /** Called with each message but the acknowledgement. */
  onMessage: (data: Buffer) => void;
  close(): void;
}

export interface GraphqlSocketOptions {
  /** "http://127.0.0.1:4000" */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
  /** Of the operation; all clients that follow the protocol send one of their own. */
  readonly id: string;
}

/** Resolves once the subscription has been sent. */
export async function openGraphqlSocket({ url, headers, query, id }: GraphqlSocketOptions): Promise<GraphqlSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws", {
    perMessageDeflate: false,
  });
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init", payload: headers }));
  const [ack] = (await once(socket, "message")) as [Buffer];
  if (!ack.toString().includes("connection_ack")) throw new Error(`no acknowledgement but: ${ack.toString()}`);
  const one: GraphqlSocket = { onMessage: () => {}, close: () => socket.terminate() };
  socket.on("message", (data: Buffer) => one.onMessage(data));
  socket.on("error", () => {});
  socket.send(JSON.stringify({ type: "subscribe", id, payload: { query } }));
  return one;
}

/** A bare WebSocket of plain Node's. */
export async function openBareSocket(url: string): Promise<GraphqlSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  const one: GraphqlSocket = { onMessage: () => {}, close: () => socket.terminate() };
  socket.on("message", (data: Buffer) => one.onMessage(data));
  socket.on("error", () => {});
  return one;
}
