import type { Clock } from "../lib/clock.ts";

/** When connections may begin to be made. One for a process: its event loop is what is spared. */
export interface ConnectionPace {
  /**
   * Calls `start` when its turn has come, which may be at once; the returned function takes back what has not been called. `done` is to be called when the
   * connection is made, or will not be; more than once does no harm. Those of one lane keep their order, lanes take turns: a cluster with many connections
   * to make holds up no other.
   */
  enter(lane: object, start: (done: () => void) => void): () => void;
}

export interface PaceOptions {
  /** So many may be under way at a time whenever they began. */
  readonly together: number;
  /** Where as many are, another begins after this nevertheless. */
  readonly everyMs: number;
}

/**
 * A handshake takes some 2 ms of the loop, key exchange and certificates, most of it when the server answers. Over a line on which it takes long, forty of them
 * begin within 0.2 s.
 */
export const defaultPace: PaceOptions = { together: 3, everyMs: 5 };

/** Every connection begins when it is asked for. */
export const unpaced: ConnectionPace = {
  enter(_lane, start) {
    start(() => {});
    return () => {};
  },
};

/**
 * Spreads the handshakes: the answers of servers that are asked all together come all together, and are worked in within one turn of the loop. Where they come
 * soon, each lets the next begin; how many are under way at a time is not bounded, since over a slow line that would cost many round trips.
 */
export function createConnectionPace(clock: Clock, { together, everyMs }: PaceOptions = defaultPace): ConnectionPace {
  const lanes = new Map<object, Set<() => void>>();
  let underWay = 0;
  /** clock.monotonic() */
  let lastAt = -Infinity;
  let isArmed = false;
  const mayBegin = (): boolean => underWay < together || clock.monotonic() - lastAt >= everyMs;
  const begin = (start: (done: () => void) => void): void => {
    lastAt = clock.monotonic();
    underWay++;
    let isDone = false;
    start(() => {
      if (isDone) return;
      isDone = true;
      underWay--;
      goOn();
    });
  };
  const goOn = (): void => {
    while (lanes.size > 0 && mayBegin()) takeNext(lanes)?.();
    if (isArmed || lanes.size === 0) return;
    isArmed = true;
    clock.setTimer(
      () => {
        isArmed = false;
        goOn();
      },
      Math.max(1, lastAt + everyMs - clock.monotonic()),
    );
  };
  return {
    enter(lane, start) {
      const waiting = lanes.get(lane) ?? new Set();
      // Of its own, so that the same function may wait twice.
      const own = (): void => begin(start);
      lanes.set(lane, waiting.add(own));
      goOn();
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
