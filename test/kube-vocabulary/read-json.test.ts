import { describe, expect, it } from "vitest";
import { toTime } from "../../src/kube/read-json.ts";

describe("a time of an object", () => {
  it.each([
    "2026-11-21T08:15:30Z",
    "2024-02-29T23:59:59Z",
    "2026-01-31T00:00:00Z",
    "2026-11-21T08:15:30.123456Z",
    "2026-11-21T08:15:30+01:00",
  ])("should read %s as it is written", (text) => {
    expect(toTime(text)).toBe(text);
  });

  it.each([
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-32T00:00:00Z",
    "2026-01-01T25:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z",
    "202x-01-01T00:00:00Z",
    "2026-0a-01T00:00:00Z",
    "2026-01-01 00:00:00Z",
    "2026-01-01T00:00:00z",
    "2026-01-01",
    "",
    null,
    1,
  ])("should take %j for none", (value) => {
    expect(toTime(value)).toBeNull();
  });
});
