import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLengthSplitter } from "../../src/transport/length-splitter.ts";
import { createLineSplitter } from "../../src/transport/line-splitter.ts";
import { toRetryAfterMs, toStatusError } from "../../src/transport/status-error.ts";
import { toTokenExpiry } from "../../src/transport/token-expiry.ts";
import { parseWarnings } from "../../src/transport/warning-header.ts";

describe("line splitter", () => {
  it("should give the same lines however the bytes are cut", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => text !== "" && !text.includes("\n"));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 10 }),
        line,
        fc.array(fc.nat(200), { maxLength: 20 }),
        (lines, rest, cuts) => {
          const bytes = Buffer.from([...lines, rest].join("\n"));
          const splitter = createLineSplitter(10_000);
          const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
          const got = at.slice(1).flatMap((end, index) => splitter.push(bytes.subarray(at[index], end)));
          expect(got.map(String)).toEqual(lines);
          expect(String(splitter.rest())).toBe(rest);
        },
      ),
    );
  });

  it("should hold no more than the longest line allowed, whether it ends or not", () => {
    expect(() => createLineSplitter(3).push(Buffer.from("abcd\n"))).toThrow("longer than 3 bytes");
    const splitter = createLineSplitter(3);
    splitter.push(Buffer.from("ab"));
    expect(() => splitter.push(Buffer.from("cd"))).toThrow("longer than 3 bytes");
  });
});

describe("length splitter", () => {
  const framed = (frame: Uint8Array): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(frame.length);
    return Buffer.concat([head, frame]);
  };

  it("should give the same frames however the bytes are cut", () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 });
    const cuts = fc.array(fc.nat(300), { maxLength: 20 });
    fc.assert(
      fc.property(frames, fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), cuts, (whole, torn, keep, at) => {
        // Never all of it.
        const rest = framed(torn).subarray(0, keep % (torn.length + 4));
        const bytes = Buffer.concat([...whole.map(framed), rest]);
        const splitter = createLengthSplitter(40);
        const ends = [...at.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const got = ends.flatMap((end, index) => splitter.push(bytes.subarray(index === 0 ? 0 : ends[index - 1], end)));
        expect(got.map((frame) => [...frame])).toEqual(whole.map((frame) => [...frame]));
        expect([...splitter.rest()]).toEqual([...rest]);
      }),
    );
  });

  it("should give frames that come apart from their lengths, as kube-apiserver writes them", () => {
    const splitter = createLengthSplitter(40);
    for (const text of ["a frame", "", "another frame"]) {
      const bytes = framed(Buffer.from(text));
      const frames = [bytes.subarray(0, 4), bytes.subarray(4)].flatMap((chunk) => splitter.push(chunk));
      expect(frames.map(String)).toEqual([text]);
    }
    expect(splitter.rest()).toHaveLength(0);
  });

  it("should refuse a frame over the limit as soon as its length is known", () => {
    const splitter = createLengthSplitter(3);
    expect(splitter.push(framed(Buffer.from("abc")))).toHaveLength(1);
    splitter.push(Buffer.from([0, 0, 0]));
    expect(() => splitter.push(Buffer.from([4]))).toThrow("longer than 3 bytes");
  });
});

describe("failed answers", () => {
  const of = (status: number, reason?: string, isWrite = false) =>
    toStatusError({
      cluster: "c",
      status,
      body: reason === undefined ? "" : { kind: "Status", reason, message: "m" },
      nowMs: 0,
      isWrite,
    });

  it.each([
    [400, "BadRequest", "BadRequest"],
    [401, undefined, "Unauthorized"],
    [403, "Forbidden", "Forbidden"],
    [404, "NotFound", "NotFound"],
    [409, "AlreadyExists", "AlreadyExists"],
    [409, undefined, "Conflict"],
    [410, "Gone", "Expired"],
    [410, "Expired", "Expired"],
    [413, undefined, "RequestEntityTooLarge"],
    [422, "Invalid", "Invalid"],
    [429, undefined, "TooManyRequests"],
    [500, "ServerTimeout", "ServerTimeout"],
    [500, "SomethingNew", "InternalError"],
    [502, undefined, "ServiceUnavailable"],
    [504, "Timeout", "ServerTimeout"],
    [418, undefined, "Unknown"],
  ] as const)("should read %i %s as %s", (status, reason, expected) => {
    expect(of(status, reason).reason).toBe(expected);
  });

  it("should keep a reason that is none of ours", () => {
    expect(of(500, "SomethingNew").serverReason).toBe("SomethingNew");
    expect(of(404, "NotFound").serverReason).toBe(undefined);
  });

  it("should say that a write's outcome is unknown only where the server may have done it", () => {
    const unknown = (status: number, reason?: string): boolean => of(status, reason, true).outcomeUnknown;
    expect([unknown(504, "Timeout"), unknown(500, "InternalError"), unknown(502), unknown(503)]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([unknown(503, "ServiceUnavailable"), unknown(409, "Conflict"), unknown(429)]).toEqual([false, false, false]);
    expect(of(504, "Timeout").outcomeUnknown).toBe(false);
  });

  it("should read Retry-After as seconds or a date", () => {
    expect(toRetryAfterMs("3", 0)).toBe(3_000);
    expect(toRetryAfterMs("Thu, 01 Jan 1970 00:00:10 GMT", 4_000)).toBe(6_000);
    expect(toRetryAfterMs("Thu, 01 Jan 1970 00:00:10 GMT", 40_000)).toBe(0);
    expect(toRetryAfterMs("soon", 0)).toBe(undefined);
  });
});

describe("headers and tokens", () => {
  it("should unquote warnings, several in one header or in several", () => {
    expect(parseWarnings('299 - "a \\"b\\"", 299 - "c, d"')).toEqual(['a "b"', "c, d"]);
    expect(parseWarnings(['299 - "a"', "nonsense", '299 - "b"'])).toEqual(["a", "b"]);
    expect(parseWarnings(undefined)).toEqual([]);
  });

  it("should find the end of a JWT and of nothing else", () => {
    const jwt = (claims: unknown): string =>
      `Bearer e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
    expect(toTokenExpiry(jwt({ exp: 12 }))).toBe(12_000);
    for (const other of [jwt({}), jwt(null), "Bearer a.b.c", "Bearer opaque", "Basic e30.e30.e30", undefined]) {
      expect(toTokenExpiry(other)).toBe(undefined);
    }
  });
});
