import { describe, expect, it } from "vitest";
import { createConnectionPace } from "../../src/transport/connection-pace.ts";
import { createFakeClock } from "../support/fake-clock.ts";

function paced(together: number) {
  const clock = createFakeClock();
  let lateMs = 0;
  const late = { ...clock, monotonic: () => clock.monotonic() + lateMs };
  const pace = createConnectionPace(late, { everyMs: 2, together });
  const started: string[] = [];
  return {
    clock,
    started,
    /** Time goes by, and no timer could fire. */
    stall: (ms: number) => void (lateMs += ms),
    enter: (lane: object, name: string) => pace.enter(lane, () => void started.push(name)),
  };
}

describe("connection pace", () => {
  it("should let the first begin at once, and the others one after another, in their order", async () => {
    const { clock, started, enter } = paced(1);
    const lane = {};
    for (const name of ["a", "b", "c"]) enter(lane, name);
    expect(started).toEqual(["a"]);
    await clock.advance(2);
    expect(started).toEqual(["a", "b"]);
    await clock.advance(2);
    expect(started).toEqual(["a", "b", "c"]);
    expect(clock.pending).toBe(0);
  });

  it("should let a few begin together after a pause, and no more for it however long it was", async () => {
    const { clock, started, enter } = paced(3);
    const lane = {};
    await clock.advance(60_000);
    for (const name of ["a", "b", "c", "d", "e"]) enter(lane, name);
    expect(started).toEqual(["a", "b", "c"]);
    await clock.advance(4);
    expect(started).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("should make up for a turn that took long, up to as many", async () => {
    const { clock, started, stall, enter } = paced(3);
    const lane = {};
    for (let at = 0; at < 8; at++) enter(lane, String(at));
    stall(100);
    await clock.advance(2);
    expect(started).toHaveLength(6);
    await clock.advance(4);
    expect(started).toHaveLength(8);
  });

  it("should let lanes take turns", async () => {
    const { clock, started, enter } = paced(1);
    const [home, abroad] = [{}, {}];
    for (const name of ["home 1", "home 2", "home 3", "home 4"]) enter(home, name);
    for (const name of ["abroad 1", "abroad 2"]) enter(abroad, name);
    await clock.advance(20);
    expect(started).toEqual(["home 1", "home 2", "abroad 1", "home 3", "abroad 2", "home 4"]);
  });

  it("should forget who is not waiting any more, and hold up nobody for it", async () => {
    const { clock, started, enter } = paced(1);
    const lane = {};
    enter(lane, "a");
    const leave = [enter(lane, "b"), enter({}, "c")];
    enter(lane, "d");
    for (const give of leave) give();
    await clock.advance(2);
    expect(started).toEqual(["a", "d"]);
    for (const give of leave) give();
    await clock.advance(10);
    expect(started).toEqual(["a", "d"]);
    enter({}, "e");
    expect(started).toEqual(["a", "d", "e"]);
  });

  it("should let one begin that enters while another begins", async () => {
    const clock = createFakeClock();
    const pace = createConnectionPace(clock, { everyMs: 2, together: 1 });
    const started: string[] = [];
    pace.enter({}, () => pace.enter({}, () => started.push("inner")));
    await clock.advance(2);
    expect(started).toEqual(["inner"]);
  });
});
