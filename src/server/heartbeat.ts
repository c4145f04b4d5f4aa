import type { WebSocket } from "ws";
import type { Clock } from "../lib/clock.ts";

/** Asks peers now and then whether they are still there, and cuts those that do not answer before they are asked again. */
export interface Heartbeat {
  /** From now on; the returned function ends it. */
  watch(webSocket: WebSocket): () => void;
}

/** A peer that does not answer within it is gone; NAT gateways forget a quiet connection after a few minutes at the earliest. */
const heartbeatMs = 15_000;
/** How late a peer may be asked: one timer goes through all of them. */
const tickMs = 500;

interface Watched {
  readonly webSocket: WebSocket;
  dueMs: number;
  isAlive: boolean;
}

/** One timer for all sockets; none while there are none. */
export function createHeartbeat(clock: Clock): Heartbeat {
  // Whoever was asked last is at the end: all wait equally long.
  const watched = new Map<WebSocket, Watched>();
  let cancel: (() => void) | undefined;

  const beat = (one: Watched, nowMs: number): void => {
    watched.delete(one.webSocket);
    if (!one.isAlive) return one.webSocket.terminate();
    one.isAlive = false;
    one.dueMs = nowMs + heartbeatMs;
    watched.set(one.webSocket, one);
    one.webSocket.ping();
  };
  const tick = (): void => {
    cancel = undefined;
    const nowMs = clock.monotonic();
    for (const one of watched.values()) {
      if (one.dueMs > nowMs) break;
      beat(one, nowMs);
    }
    arm();
  };
  const arm = (): void => {
    if (watched.size > 0) cancel ??= clock.setTimer(tick, tickMs);
  };
  function onPong(this: WebSocket): void {
    const one = watched.get(this);
    if (one !== undefined) one.isAlive = true;
  }
  return {
    watch(webSocket) {
      watched.set(webSocket, { webSocket, dueMs: clock.monotonic() + heartbeatMs, isAlive: true });
      webSocket.on("pong", onPong);
      arm();
      return () => {
        watched.delete(webSocket);
        webSocket.off("pong", onPong);
        if (watched.size > 0) return;
        cancel?.();
        cancel = undefined;
      };
    },
  };
}
