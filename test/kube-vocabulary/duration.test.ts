import { describe, expect, it } from "vitest";
import { parseDuration } from "../../src/kube/duration.ts";

const hour = 3_600_000;

describe("parseDuration", () => {
  it.each([
    ["0", 0],
    ["0s", 0],
    ["90s", 90_000],
    ["1h30m", 1.5 * hour],
    ["1.5h", 1.5 * hour],
    ["7d", 168 * hour],
    ["1w", 168 * hour],
    ["250ms", 250],
    ["1m500ms", 60_500],
    ["PT90S", 90_000],
    ["P1DT2H", 26 * hour],
    ["P2W", 336 * hour],
    ["PT0.5H", hour / 2],
    ["PT1,5S", 1_500],
  ])("should read %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    "",
    "1",
    "h",
    "-1h",
    "+1h",
    "1y",
    "1 h",
    "90",
    "P",
    "PT",
    "P1Y",
    "P1M",
    "1h30",
    "P1DT",
    "pt1s",
    "99999999999w",
    "1".repeat(200),
  ])("should refuse %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
