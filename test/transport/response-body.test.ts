import { describe, expect, it } from "vitest";
import { BodyTooLargeError, createResponseBody } from "../../src/transport/response-body.ts";
import type { ResponseBody } from "../../src/transport/response-body.ts";

function setup(): { body: ResponseBody; said: string[] } {
  const said: string[] = [];
  const say = (what: string) => () => void said.push(what);
  return { body: createResponseBody({ pause: say("pause"), resume: say("resume"), destroy: say("destroy") }), said };
}

describe("the body of an answer", () => {
  it("should give all that came together at once, and then wait", async () => {
    const { body } = setup();
    const turns = body.turns()[Symbol.asyncIterator]();
    body.push(Buffer.from("a"));
    body.push(Buffer.from("b"));

    expect(String((await turns.next()).value)).toBe("a,b");
    const later = turns.next();
    body.push(Buffer.from("c"));
    expect(String((await later).value)).toBe("c");
    body.end();
    expect((await turns.next()).done).toBe(true);
  });

  it("should make the socket wait where nobody reads, until what waits has been taken", async () => {
    for (const read of ["turns", "one by one"] as const) {
      const { body, said } = setup();
      for (let chunk = 0; chunk < 9; chunk++) body.push(Buffer.alloc(64 * 1024));
      expect(said).toEqual(["pause"]);
      if (read === "turns") await body.turns()[Symbol.asyncIterator]().next();
      else for (let chunk = 0; chunk < 6; chunk++) await body[Symbol.asyncIterator]().next();
      expect(said).toEqual(["pause", "resume"]);
    }
  });

  it("should throw what failed after what came before it", async () => {
    const { body } = setup();
    body.push(Buffer.from("a"));
    body.fail(new Error("cut"));
    const turns = body.turns()[Symbol.asyncIterator]();

    expect(String((await turns.next()).value)).toBe("a");
    await expect(turns.next()).rejects.toThrow("cut");
  });

  it("should be given up where it is too long, or its reader leaves", async () => {
    const { body, said } = setup();
    body.push(Buffer.from("abc"));
    await expect(body.read(2)).rejects.toThrow(BodyTooLargeError);
    expect(said).toEqual(["destroy"]);

    const other = setup();
    other.body.push(Buffer.from("abc"));
    for await (const _chunks of other.body.turns()) break;
    expect(other.said).toEqual(["destroy"]);
  });
});
