import type { Clock } from "../lib/clock.ts";

/** Somebody at the other end. The members are the heartbeat's own, but that `isAlive` is to be set at each answer. */
export interface Peer {
  /** Whether it has answered since it was asked. */
  isAlive: boolean;
  /** When it is to be asked, by the clock. */
  dueMs: number;
  ask(): void;
  cut(): void;
}

/** Asks peers now and then whether they are still there, and cuts those that do not answer before they are asked again. */
export interface Heartbeat {
  /** From now on. */
  watch(peer: Peer): void;
  forget(peer: Peer): void;
}

/** A peer that does not answer within it is gone; NAT gateways forget a quiet connection after a few minutes at the earliest. */
const heartbeatMs = 15_000;
/** How late a peer may be asked: one timer goes through all of them. */
const tickMs = 500;

/** One timer for all peers; none while there are none. */
export function createHeartbeat(clock: Clock): Heartbeat {
  // Whoever was asked last is at the end: all wait equally long.
  const watched = new Set<Peer>();
  let cancel: (() => void) | undefined;

  const expect = (peer: Peer): void => {
    watched.delete(peer);
    // In whole milliseconds, which take no memory of their own.
    peer.dueMs = Math.ceil(clock.monotonic()) + heartbeatMs;
    watched.add(peer);
  };
  const beat = (peer: Peer): void => {
    if (!peer.isAlive) {
      watched.delete(peer);
      return peer.cut();
    }
    peer.isAlive = false;
    expect(peer);
    peer.ask();
  };
  const tick = (): void => {
    cancel = undefined;
    const nowMs = clock.monotonic();
    for (const peer of watched) {
      if (peer.dueMs > nowMs) break;
      beat(peer);
    }
    arm();
  };
  const arm = (): void => {
    if (watched.size > 0) cancel ??= clock.setTimer(tick, tickMs);
  };
  return {
    watch(peer) {
      peer.isAlive = true;
      expect(peer);
      arm();
    },
    forget(peer) {
      watched.delete(peer);
      if (watched.size > 0) return;
      cancel?.();
      cancel = undefined;
    },
  };
}
