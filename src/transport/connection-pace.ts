import type { Clock } from "../lib/clock.ts";

/** When connections may begin to be made. One for a process: its event loop is what is spared. */
export interface ConnectionPace {
  /**
   * Calls `start` when its turn has come, which may be at once; the returned function takes back what has not been called. Those of one lane keep their
   * order, lanes take turns: a cluster with many connections to make holds up no other.
   */
  enter(lane: object, start: () => void): () => void;
}

export interface PaceOptions {
  /** From one start to the next: about what a handshake takes of the loop. */
  readonly everyMs: number;
  /** Starts that may come together after a pause, or a turn of the loop that took long. */
  readonly together: number;
}

/** A handshake takes some 2 ms of the loop, key exchange and certificates, in the turns in which the server's answers come. */
export const defaultPace: PaceOptions = { everyMs: 3, together: 3 };

/** Every connection begins when it is asked for. */
export const unpaced: ConnectionPace = {
  enter(_lane, start) {
    start();
    return () => {};
  },
};

/**
 * Spreads the starts, and by that the handshakes: the answers of servers that are asked all together come all together, and are worked in within one turn of
 * the loop. How many are being made at a time is not bounded: over a slow line that would cost many round trips.
 */
export function createConnectionPace(clock: Clock, { everyMs, together }: PaceOptions = defaultPace): ConnectionPace {
  const lanes = new Map<object, Set<() => void>>();
  /** clock.monotonic() of when the next start would be due if none had ever been late. */
  let dueAt = -Infinity;
  let isArmed = false;
  const mayStart = (): boolean => {
    const now = clock.monotonic();
    dueAt = Math.max(dueAt, now - (together - 1) * everyMs);
    if (dueAt > now) return false;
    dueAt += everyMs;
    return true;
  };
  const arm = (): void => {
    if (isArmed || lanes.size === 0) return;
    isArmed = true;
    clock.setTimer(
      () => {
        isArmed = false;
        while (lanes.size > 0 && mayStart()) takeNext(lanes)?.();
        arm();
      },
      Math.max(0, dueAt - clock.monotonic()),
    );
  };
  return {
    enter(lane, start) {
      if (lanes.size === 0 && mayStart()) {
        start();
        return () => {};
      }
      const waiting = lanes.get(lane) ?? new Set();
      // Of its own, so that the same function may wait twice.
      const own = (): void => start();
      lanes.set(lane, waiting.add(own));
      arm();
      return () => {
        if (waiting.delete(own) && waiting.size === 0) lanes.delete(lane);
      };
    },
  };
}

/** The first of the lane whose turn it is, which goes to the end of the lanes. */
function takeNext(lanes: Map<object, Set<() => void>>): (() => void) | undefined {
  for (const [lane, waiting] of lanes) {
    const [first] = waiting;
    lanes.delete(lane);
    if (first === undefined) continue;
    waiting.delete(first);
    if (waiting.size > 0) lanes.set(lane, waiting);
    return first;
  }
  return undefined;
}
