import { describe, expect, it } from "vitest";
import { createController, TerminalError } from "../../../src/controllers/runtime/controller.ts";
import { createWorkQueue } from "../../../src/controllers/runtime/work-queue.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import type { Outcome } from "../../../src/controllers/runtime/controller.ts";

const forever = new AbortController().signal;
const random = () => 0;

describe("a work queue", () => {
  it("should hold a name once, in order of adding", async () => {
    const queue = createWorkQueue({ clock: createFakeClock(), random });
    for (const name of ["a", "b", "a"]) queue.add(name);
    expect(queue.size).toBe(2);
    expect([await queue.take(forever), await queue.take(forever)]).toEqual(["a", "b"]);
  });

  it("should not give out a name that is in work, but once more after it", async () => {
    const queue = createWorkQueue({ clock: createFakeClock(), random });
    queue.add("a");
    await queue.take(forever);
    queue.add("a");
    queue.add("a");
    expect(queue.size).toBe(0);
    queue.done("a");
    expect([queue.size, await queue.take(forever)]).toEqual([1, "a"]);
    queue.done("a");
    expect(queue.size).toBe(0);
  });

  it("should wake everybody who waits, each for a name of their own", async () => {
    const queue = createWorkQueue({ clock: createFakeClock(), random });
    const taken = [queue.take(forever), queue.take(forever)];
    queue.add("a");
    queue.add("b");
    expect(new Set(await Promise.all(taken))).toEqual(new Set(["a", "b"]));
  });

  it("should end waiting when it is aborted", async () => {
    const queue = createWorkQueue({ clock: createFakeClock(), random });
    const abort = new AbortController();
    const taken = queue.take(abort.signal);
    abort.abort();
    expect(await taken).toBeUndefined();
  });

  it("should add after the shortest of several waits, and leave no timer when closed", async () => {
    const clock = createFakeClock();
    const queue = createWorkQueue({ clock, random });
    queue.addAfter("a", 1000);
    queue.addAfter("a", 500);
    queue.addAfter("a", 2000);
    await clock.advance(499);
    expect(queue.size).toBe(0);
    await clock.advance(1);
    expect([queue.size, clock.pending]).toEqual([1, 0]);
    queue.addAfter("b", 10);
    queue.close();
    expect(clock.pending).toBe(0);
  });

  it("should wait longer after each failure, until it is forgotten", async () => {
    const clock = createFakeClock();
    const queue = createWorkQueue({ clock, random, baseMs: 100, maxMs: 300 });
    const waits: number[] = [];
    for (let failure = 0; failure < 5; failure += 1) {
      if (failure === 4) queue.forget("a");
      const before = clock.monotonic();
      queue.retry("a");
      const taken = queue.take(forever);
      while (queue.size === 0 && clock.pending > 0) await clock.advance(50);
      await taken;
      queue.done("a");
      waits.push(clock.monotonic() - before);
    }
    expect(waits).toEqual([100, 200, 300, 300, 100]);
  });
});

describe("a controller", () => {
  async function run(
    reconcile: (name: string) => Promise<Outcome>,
    during: (clock: ReturnType<typeof createFakeClock>) => Promise<void>,
  ) {
    const clock = createFakeClock();
    const abort = new AbortController();
    let isStopped = false;
    const controller = createController({
      name: "test",
      clock,
      random,
      logger: silentLogger,
      start(enqueue) {
        enqueue("a");
        return () => (isStopped = true);
      },
      reconcile,
    });
    const done = controller.run(abort.signal);
    await controller.ready;
    await during(clock);
    abort.abort();
    await done;
    expect([isStopped, clock.pending]).toEqual([true, 0]);
  }

  it("should look again after a failure, and after as long as it was told", async () => {
    let looks = 0;
    await run(
      async () => {
        looks += 1;
        if (looks === 1) throw new Error("not yet");
        return looks === 2 ? { again: true, afterMs: 60_000 } : "settled";
      },
      async (clock) => {
        await clock.advance(500);
        expect(looks).toBe(2);
        await clock.advance(59_999);
        expect(looks).toBe(2);
        await clock.advance(600_000);
        expect(looks).toBe(3);
      },
    );
  });

  it("should not repeat what can never succeed", async () => {
    let looks = 0;
    await run(
      async () => {
        looks += 1;
        throw new TerminalError("never");
      },
      async (clock) => clock.advance(600_000),
    );
    expect(looks).toBe(1);
  });
});
