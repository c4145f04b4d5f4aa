import { createBackoff } from "../lib/backoff.ts";
import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";

export interface BreakerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Link failures in a row that open it. */
  readonly failures: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * Keeps calls away from an endpoint whose link fails, until it has rested: `closed` → (failures) → `open` → (rest) → one trial →
 * `closed` or a longer `open`. The probe goes past it and closes it.
 */
export interface Breaker {
  /** Whether a call may go now. */
  readonly allows: boolean;
  /** The call goes: where the breaker rests, it is the one trial, and nobody else goes until it has ended. */
  begin(): void;
  succeeded(): void;
  failed(): void;
  /** The call ended without saying anything about the link (aborted). */
  cancelled(): void;
}

export function createBreaker({ clock, random, failures, baseMs, maxMs }: BreakerOptions): Breaker {
  const rest = createBackoff({ baseMs, maxMs, random });
  let inARow = 0;
  let openUntilMs: number | undefined;
  let trial = false;
  return {
    get allows() {
      if (openUntilMs === undefined) return true;
      return !trial && clock.monotonic() >= openUntilMs;
    },
    begin() {
      if (openUntilMs !== undefined) trial = true;
    },
    succeeded() {
      inARow = 0;
      openUntilMs = undefined;
      trial = false;
      rest.reset();
    },
    failed() {
      inARow += 1;
      if (!trial && inARow < failures) return;
      trial = false;
      openUntilMs = clock.monotonic() + rest.next();
    },
    cancelled() {
      trial = false;
    },
  };
}
