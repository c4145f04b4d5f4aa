/** A bounded number of calls at the same time; the others wait in order. */
export interface CallSlots {
  /** Resolves with the function that gives the slot back (once; later calls do nothing). Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>;
  readonly inUse: number;
}

export function createCallSlots(limit: number): CallSlots {
  let inUse = 0;
  const waiting = new Set<() => void>();
  const toRelease = (): (() => void) => {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = waiting.values().next();
      // The slot passes on without being free in between, so nobody overtakes those who wait.
      if (next.done === true) inUse -= 1;
      else next.value();
    };
  };
  return {
    get inUse() {
      return inUse;
    },
    take(signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (inUse < limit) {
        inUse += 1;
        return Promise.resolve(toRelease());
      }
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          waiting.delete(onTurn);
          reject(signal.reason);
        };
        const onTurn = (): void => {
          waiting.delete(onTurn);
          signal.removeEventListener("abort", onAbort);
          resolve(toRelease());
        };
        waiting.add(onTurn);
        signal.addEventListener("abort", onAbort, { once: true });
      });
    },
  };
}
