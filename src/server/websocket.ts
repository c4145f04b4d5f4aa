import type { WebSocket as GraphqlSocket } from "graphql-ws";
import type { RawData, WebSocket } from "ws";
import type { Clock } from "../lib/clock.ts";
import { createMessageRate } from "./limits/message-rate.ts";

export interface SocketOptions {
  readonly webSocket: WebSocket;
  readonly clock: Clock;
  readonly maxBufferedBytes: number;
  readonly messagesPerSecond: number;
  /** Errors of the socket and of message handlers. */
  readonly onFailure: (error: unknown) => void;
}

/** A ws socket as graphql-ws wants it. */
export interface Socket extends GraphqlSocket {
  /** Stops the heartbeat; to be called when the socket is closed. */
  dispose(): void;
}

/** A peer that does not answer within it is gone; NAT gateways forget a quiet connection after a few minutes at the earliest. */
const heartbeatMs = 15_000;

/**
 * `send` resolves when the message has left for the network, so that graphql-ws takes a stream's next event only then. A client that asks
 * on without reading what it gets is not read from either, until less than half of `maxBufferedBytes` waits for it. One that sends more than
 * `messagesPerSecond` is closed with 4429.
 */
export function createSocket(options: SocketOptions): Socket {
  const { webSocket, clock, maxBufferedBytes, messagesPerSecond, onFailure } = options;
  const isWithinRate = createMessageRate(messagesPerSecond, clock);
  const refuse = (): void => webSocket.close(4429, "Too many messages a second");
  const stopHeartbeat = startHeartbeat(webSocket, clock);
  webSocket.on("error", onFailure);
  const closed = new Promise<void>((resolve) => webSocket.once("close", () => resolve()));
  webSocket.on("ping", (data) => {
    if (!isWithinRate()) return refuse();
    if (webSocket.bufferedAmount < maxBufferedBytes) webSocket.pong(data);
  });
  return {
    protocol: webSocket.protocol,
    send(text) {
      return new Promise((resolve) => {
        // Not at once: a stream that always has a next event would be run through, without a turn for the socket to be closed in.
        if (webSocket.readyState !== webSocket.OPEN) return resolve(closed);
        webSocket.send(text, (error) => {
          if (webSocket.isPaused && webSocket.bufferedAmount < maxBufferedBytes / 2) webSocket.resume();
          // A broken pipe is no failure of the operation: it ends with the socket.
          if (error) webSocket.terminate();
          resolve(error ? closed : undefined);
        });
        if (webSocket.bufferedAmount > maxBufferedBytes) webSocket.pause();
      });
    },
    close: (code, reason) => webSocket.close(code, reason),
    onMessage(handle) {
      webSocket.on("message", (data: RawData) => {
        // What arrives while it is being closed is not looked at.
        if (webSocket.readyState !== webSocket.OPEN) return;
        if (!isWithinRate()) return refuse();
        // nodebuffer, the default binaryType.
        handle((data as Buffer).toString("utf8")).catch(onFailure);
      });
    },
    dispose: stopHeartbeat,
  };
}

function startHeartbeat(webSocket: WebSocket, clock: Clock): () => void {
  let isAlive = true;
  webSocket.on("pong", () => (isAlive = true));
  let cancel = clock.setTimer(beat, heartbeatMs);
  return () => cancel();

  function beat(): void {
    if (!isAlive) return webSocket.terminate();
    isAlive = false;
    webSocket.ping();
    cancel = clock.setTimer(beat, heartbeatMs);
  }
}
