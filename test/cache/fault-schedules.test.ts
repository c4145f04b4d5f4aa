import { env } from "node:process";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Schedule, step } from "./support/schedule.ts";

const schedules = Number(env.FLEETGRAPH_FAULT_SCHEDULES ?? 500);

describe("reflector under random faults", () => {
  it(
    `should lose nothing, invent nothing and come to rest in step (${schedules} schedules)`,
    { timeout: 20_000 + schedules * 100 },
    async () => {
      let played = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 5, maxLength: 40 }),
          fc.noBias(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
          async (steps, jitter) => {
            const schedule = new Schedule(() => jitter);
            try {
              for (const now of steps) await schedule.play(now);
              await schedule.rest();
            } finally {
              await schedule.stop();
            }
            played++;
          },
        ),
        { numRuns: schedules, timeout: 10_000 },
      );
      expect(played).toBeGreaterThanOrEqual(schedules);
    },
  );
});
