import { setTimeout as sleep } from "node:timers/promises";

/** Asks again every `everyMs` until the answer is true; a rejection counts as not yet. Rejects after `withinMs`, with the last reason. */
export async function until(check: () => Promise<boolean>, everyMs = 20, withinMs = 120_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  let reason: unknown;
  for (;;) {
    try {
      if (await check()) return;
      reason = undefined;
    } catch (error) {
      reason = error;
    }
    if (performance.now() > deadline) throw new Error(`nothing came of it within ${withinMs} ms`, { cause: reason });
    await sleep(everyMs);
  }
}
