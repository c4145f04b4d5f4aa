import { WebSocket } from "ws";
import type { Clock } from "../lib/clock.ts";
import type { Heartbeat, Peer } from "./heartbeat.ts";
import { MessageRate } from "./limits/message-rate.ts";

/** What all sockets have in common. */
export interface ClientSocketSettings {
  readonly clock: Clock;
  /** Finds out whether the peer is still there. */
  readonly heartbeat: Heartbeat;
  readonly maxBufferedBytes: number;
  readonly messagesPerSecond: number;
}

/** What a socket's messages are for. */
export interface SocketClient {
  /** Only while the socket is open. */
  onText(text: string): void;
  /** An error of the socket, after which it closes by itself. */
  onFailure(error: unknown): void;
  /** Called once, when it is closed for whatever reason. */
  onClosed(): void;
}

/**
 * A client's WebSocket. One that asks on without reading what it gets is not read from either, until less than half of `maxBufferedBytes` waits for it;
 * one that sends more than `messagesPerSecond` is closed with 4429. What is said about it is kept in itself, and its listeners are functions of all:
 * thousands are open, each closure is kept for each.
 */
export class ClientSocket extends WebSocket implements Peer {
  isAlive = true;
  dueMs = 0;
  #settings: ClientSocketSettings | undefined;
  #client: SocketClient | undefined;
  #rate: MessageRate | undefined;

  /** To be called once, as soon as it is open; until then nothing is heard. */
  begin(settings: ClientSocketSettings, client: SocketClient): void {
    this.#settings = settings;
    this.#client = client;
    this.#rate = new MessageRate(settings.messagesPerSecond, settings.clock);
    settings.heartbeat.watch(this);
    this.on("message", ClientSocket.#onMessage).on("ping", ClientSocket.#onPing).on("pong", ClientSocket.#onPong);
    this.on("error", ClientSocket.#onError).on("close", ClientSocket.#onClose);
  }

  /**
   * Resolves when the text has left for the network; where the socket closes instead, once it is closed: who goes on to the next event then finds
   * that there is nobody.
   */
  sendText(text: string): Promise<void> {
    // Not at once: a stream that always has a next event would be run through, without a turn for the socket to be closed in.
    if (this.readyState !== this.OPEN) return this.#untilClosed();
    const maxBufferedBytes = this.#settings?.maxBufferedBytes ?? 0;
    return new Promise((resolve) => {
      this.send(text, (error) => {
        if (this.isPaused && this.bufferedAmount < maxBufferedBytes / 2) this.resume();
        // A broken pipe is no failure of the operation: it ends with the socket.
        if (error) this.terminate();
        resolve(error ? this.#untilClosed() : undefined);
      });
      if (this.bufferedAmount > maxBufferedBytes) this.pause();
    });
  }

  ask(): void {
    this.ping();
  }

  cut(): void {
    this.terminate();
  }

  #untilClosed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.readyState === this.CLOSED) resolve();
      else this.once("close", () => resolve());
    });
  }

  #isWithinRate(): boolean {
    if (this.#rate?.take() === true) return true;
    this.close(4429, "Too many messages a second");
    return false;
  }

  static #onMessage(this: WebSocket, data: unknown): void {
    const socket = this as ClientSocket;
    // What arrives while it is being closed is not looked at.
    if (socket.readyState !== socket.OPEN || !socket.#isWithinRate()) return;
    // nodebuffer, the default binaryType.
    socket.#client?.onText((data as Buffer).toString("utf8"));
  }

  static #onPing(this: WebSocket, data: Buffer): void {
    const socket = this as ClientSocket;
    if (socket.#isWithinRate() && socket.bufferedAmount < (socket.#settings?.maxBufferedBytes ?? 0)) socket.pong(data);
  }

  static #onPong(this: WebSocket): void {
    (this as ClientSocket).isAlive = true;
  }

  static #onError(this: WebSocket, error: Error): void {
    (this as ClientSocket).#client?.onFailure(error);
  }

  static #onClose(this: WebSocket): void {
    const socket = this as ClientSocket;
    socket.#settings?.heartbeat.forget(socket);
    socket.#client?.onClosed();
  }
}
