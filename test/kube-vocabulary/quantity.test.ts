import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareQuantity,
  formatQuantity,
  maxQuantity,
  parseQuantity,
  sumQuantities,
  toMilli,
  toWhole,
} from "../../src/kube/quantity.ts";

describe("parseQuantity", () => {
  it.each<[string, bigint]>([
    ["0", 0n],
    ["1", 1_000_000_000n],
    ["+1", 1_000_000_000n],
    ["-1", -1_000_000_000n],
    ["500m", 500_000_000n],
    ["0.5", 500_000_000n],
    [".5", 500_000_000n],
    ["5.", 5_000_000_000n],
    ["1u", 1_000n],
    ["1n", 1n],
    ["0.1n", 1n],
    ["-0.1n", -1n],
    ["1k", 1_000n * 10n ** 9n],
    ["1E", 10n ** 18n * 10n ** 9n],
    ["1Ki", 1024n * 10n ** 9n],
    ["1.5Gi", 1536n * 1024n * 1024n * 10n ** 9n],
    ["1Ei", 1024n ** 6n * 10n ** 9n],
    ["12e6", 12_000_000n * 10n ** 9n],
    ["1E3", 1_000n * 10n ** 9n],
    ["1e-3", 1_000_000n],
    ["1e+3", 1_000n * 10n ** 9n],
  ])("should read %s", (text, nano) => {
    expect(parseQuantity(text)).toBe(nano);
  });

  it.each([
    "",
    ".",
    "m",
    "Ki",
    "1ki",
    "1K",
    "1mi",
    "1 ",
    " 1",
    "1.2.3",
    "1e",
    "1e1.5",
    "--1",
    "0x10",
    "1e999999999",
    "9".repeat(101),
    "NaN",
  ])("should refuse %j", (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});

describe("quantities", () => {
  it.each([
    ["0.5", "500m", 0],
    ["1Gi", "1024Mi", 0],
    ["1G", "1Gi", -1],
    ["2", "1999m", 1],
    ["-1", "1", -1],
  ])("should compare %s with %s by value", (a, b, order) => {
    expect(compareQuantity(a, b)).toBe(order);
  });

  it.each<[string, bigint, bigint]>([
    ["1", 1000n, 1n],
    ["1u", 1n, 1n],
    ["1500m", 1500n, 2n],
    ["-1500m", -1500n, -1n],
    ["0", 0n, 0n],
    ["100Ei", 100n * 1024n ** 6n * 1000n, 100n * 1024n ** 6n],
  ])("should round %s up to milli and whole units", (text, milli, whole) => {
    expect([toMilli(text), toWhole(text)]).toEqual([milli, whole]);
  });

  it.each<[readonly string[], string]>([
    [[], "0"],
    [["0"], "0"],
    [["500m", "0.5"], "1"],
    [["1024Mi", "1Gi"], "2Gi"],
    [["0", "1Gi"], "1Gi"],
    [["1Gi", "1G"], "2073741824"],
    [["512", "512"], "1024"],
    [["1Ki", "1m"], "1024001m"],
    [["500Mi", "524Mi"], "1Gi"],
    [["1e3", "1k"], "2e3"],
    [["1k", "1e3"], "2k"],
    [["100m", "25m"], "125m"],
    [["0.5Ki", "0"], "512"],
    [["10E", "10E"], "20E"],
    [["900E", "100E"], "1000E"],
    [["1n", "1u"], "1001n"],
    [["-1", "500m"], "-500m"],
  ])("should add up %j to %s, in apimachinery's canonical form", (texts, sum) => {
    expect(sumQuantities(texts)).toBe(sum);
  });

  it("should give the larger as it is written", () => {
    expect([maxQuantity("0.5", "500m"), maxQuantity("1G", "1Gi")]).toEqual(["0.5", "1Gi"]);
  });

  it("should throw where arithmetic meets what is no quantity", () => {
    expect(() => compareQuantity("1", "one")).toThrow(RangeError);
  });

  it("should read back what it writes, in any format", () => {
    const format = fc.constantFrom("DecimalSI" as const, "BinarySI" as const, "DecimalExponent" as const);
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), format, (nano, form) => {
        expect(parseQuantity(formatQuantity(nano, form))).toBe(nano);
      }),
    );
  });
});
