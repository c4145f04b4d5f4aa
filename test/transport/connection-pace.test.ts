import { describe, expect, it } from "vitest";
import { createConnectionPace } from "../../src/transport/connection-pace.ts";
import { createFakeClock } from "../support/fake-clock.ts";

function paced(together: number) {
  const clock = createFakeClock();
  const pace = createConnectionPace(clock, { everyMs: 5, together });
  const started: string[] = [];
  const done = new Map<string, () => void>();
  return {
    clock,
    started,
    enter: (lane: object, name: string) =>
      pace.enter(lane, (finish) => {
        started.push(name);
        done.set(name, finish);
      }),
    finish: (name: string) => done.get(name)?.(),
  };
}

describe("connection pace", () => {
  it("should let some begin at once, and the others as those are made, in their order", () => {
    const { started, enter, finish } = paced(2);
    const lane = {};
    for (const name of ["a", "b", "c", "d"]) enter(lane, name);
    expect(started).toEqual(["a", "b"]);
    finish("b");
    expect(started).toEqual(["a", "b", "c"]);
    finish("b");
    expect(started).toEqual(["a", "b", "c"]);
    finish("a");
    finish("c");
    expect(started).toEqual(["a", "b", "c", "d"]);
    enter(lane, "e");
    expect(started).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("should let the next begin after a time where none comes to its end", async () => {
    const { clock, started, enter } = paced(1);
    const lane = {};
    for (const name of ["a", "b", "c"]) enter(lane, name);
    await clock.advance(4);
    expect(started).toEqual(["a"]);
    await clock.advance(1);
    expect(started).toEqual(["a", "b"]);
    await clock.advance(5);
    expect(started).toEqual(["a", "b", "c"]);
    await clock.advance(5);
    expect(clock.pending).toBe(0);
  });

  it("should not make up for a pause", async () => {
    const { clock, started, enter } = paced(1);
    await clock.advance(60_000);
    for (const name of ["a", "b", "c"]) enter({}, name);
    expect(started).toEqual(["a"]);
  });

  it("should let lanes take turns", async () => {
    const { clock, started, enter } = paced(1);
    const [home, abroad] = [{}, {}];
    for (const name of ["home 1", "home 2", "home 3", "home 4"]) enter(home, name);
    for (const name of ["abroad 1", "abroad 2"]) enter(abroad, name);
    await clock.advance(50);
    expect(started).toEqual(["home 1", "home 2", "abroad 1", "home 3", "abroad 2", "home 4"]);
  });

  it("should forget who is not waiting any more, and hold up nobody for it", async () => {
    const { clock, started, enter, finish } = paced(1);
    const lane = {};
    enter(lane, "a");
    const leave = [enter(lane, "b"), enter({}, "c")];
    enter(lane, "d");
    for (const give of leave) give();
    finish("a");
    expect(started).toEqual(["a", "d"]);
    for (const give of leave) give();
    await clock.advance(10);
    expect(started).toEqual(["a", "d"]);
    enter({}, "e");
    expect(started).toEqual(["a", "d", "e"]);
  });

  it("should let one begin that enters while another begins, or is done while it begins", async () => {
    const clock = createFakeClock();
    const pace = createConnectionPace(clock, { everyMs: 5, together: 1 });
    const started: string[] = [];
    pace.enter({}, (done) => {
      pace.enter({}, () => started.push("inner"));
      done();
    });
    expect(started).toEqual(["inner"]);
  });
});
