import type { WebSocket as GraphqlSocket } from "graphql-ws";
import type { RawData, WebSocket } from "ws";
import type { Clock } from "../lib/clock.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { createMessageRate } from "./limits/message-rate.ts";

export interface SocketOptions {
  readonly webSocket: WebSocket;
  readonly clock: Clock;
  /** Finds out whether the peer is still there. */
  readonly heartbeat: Heartbeat;
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

/**
 * `send` resolves when the message has left for the network, so that graphql-ws takes a stream's next event only then. A client that asks
 * on without reading what it gets is not read from either, until less than half of `maxBufferedBytes` waits for it. One that sends more than
 * `messagesPerSecond` is closed with 4429.
 */
export function createSocket(options: SocketOptions): Socket {
  return new ReadingSocket(options);
}

/** A class, since thousands of them are open: what all have in common is not kept for each. */
class ReadingSocket implements Socket {
  readonly protocol: string;
  readonly #options: SocketOptions;
  readonly #isWithinRate: () => boolean;
  readonly #stopHeartbeat: () => void;
  #closed: Promise<void> | undefined;

  constructor(options: SocketOptions) {
    const { webSocket, clock, heartbeat, maxBufferedBytes, messagesPerSecond, onFailure } = options;
    this.#options = options;
    this.protocol = webSocket.protocol;
    this.#isWithinRate = createMessageRate(messagesPerSecond, clock);
    this.#stopHeartbeat = heartbeat.watch(webSocket);
    webSocket.on("error", onFailure);
    webSocket.on("ping", (data) => {
      if (!this.#isWithinRate()) return this.#refuse();
      if (webSocket.bufferedAmount < maxBufferedBytes) webSocket.pong(data);
    });
  }

  send(text: string): Promise<void> {
    const { webSocket, maxBufferedBytes } = this.#options;
    // Not at once: a stream that always has a next event would be run through, without a turn for the socket to be closed in.
    if (webSocket.readyState !== webSocket.OPEN) return this.#untilClosed();
    return new Promise((resolve) => {
      webSocket.send(text, (error) => {
        if (webSocket.isPaused && webSocket.bufferedAmount < maxBufferedBytes / 2) webSocket.resume();
        // A broken pipe is no failure of the operation: it ends with the socket.
        if (error) webSocket.terminate();
        resolve(error ? this.#untilClosed() : undefined);
      });
      if (webSocket.bufferedAmount > maxBufferedBytes) webSocket.pause();
    });
  }

  close(code: number, reason: string): void {
    this.#options.webSocket.close(code, reason);
  }

  onMessage(handle: (text: string) => Promise<void>): void {
    const { webSocket, onFailure } = this.#options;
    webSocket.on("message", (data: RawData) => {
      // What arrives while it is being closed is not looked at.
      if (webSocket.readyState !== webSocket.OPEN) return;
      if (!this.#isWithinRate()) return this.#refuse();
      // nodebuffer, the default binaryType.
      handle((data as Buffer).toString("utf8")).catch(onFailure);
    });
  }

  dispose(): void {
    this.#stopHeartbeat();
  }

  #refuse(): void {
    this.#options.webSocket.close(4429, "Too many messages a second");
  }

  #untilClosed(): Promise<void> {
    const { webSocket } = this.#options;
    return (this.#closed ??= new Promise((resolve) => {
      if (webSocket.readyState === webSocket.CLOSED) resolve();
      else webSocket.once("close", () => resolve());
    }));
  }
}
