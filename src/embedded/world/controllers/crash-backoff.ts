/** Where a container stands that dies as soon as it runs. */
export interface CrashBackoff {
  readonly restarts: number;
  /** When it last died, in milliseconds after its first start. */
  readonly diedAfterMs: number;
  /** The wait it is in. */
  readonly backoffSeconds: number;
  readonly nextInMs: number;
}

/** The kubelet's waits before it starts a dead container again: 10 s, doubled each time, 5 minutes at most. */
export function crashBackoffAt(elapsedMs: number): CrashBackoff {
  let restarts = 0;
  let diedAfterMs = 0;
  let backoffSeconds = 10;
  while (elapsedMs - diedAfterMs >= backoffSeconds * 1_000 && restarts < 1_000_000) {
    diedAfterMs += backoffSeconds * 1_000;
    restarts += 1;
    backoffSeconds = Math.min(300, 10 * 2 ** Math.min(restarts, 10));
  }
  return { restarts, diedAfterMs, backoffSeconds, nextInMs: diedAfterMs + backoffSeconds * 1_000 - elapsedMs };
}
