import { GraphQLError, Kind } from "graphql";
import type { GraphQLScalarType } from "graphql";
import { describe, expect, it } from "vitest";
import { BigIntScalar } from "../../schema/scalars/big-int.ts";
import { DateTime } from "../../schema/scalars/date-time.ts";
import { Duration } from "../../schema/scalars/duration.ts";
import { JsonScalar } from "../../schema/scalars/json.ts";
import { Quantity } from "../../schema/scalars/quantity.ts";
import { UrlScalar } from "../../schema/scalars/url.ts";

const accepted: readonly [GraphQLScalarType, readonly string[]][] = [
  [
    DateTime,
    ["2026-11-21T02:44:48Z", "2026-11-21T02:44:48.123456Z", "2026-11-21T03:44:48+01:00", "2024-02-29T00:00:00Z"],
  ],
  [Duration, ["90s", "1h30m", "7d", "PT90S"]],
  [Quantity, ["500m", "1Gi", "0.5", "1e3", "12"]],
  [UrlScalar, ["https://10.0.0.1:6443", "http://[::1]:8080/x"]],
];

const refused: readonly [GraphQLScalarType, readonly unknown[]][] = [
  [
    DateTime,
    ["2026-11-21", "2026-11-21 02:44:48Z", "2026-13-01T00:00:00Z", "2026-11-21T25:00:00Z", "now", "", 0, true],
  ],
  [Duration, ["", "soon", "5 parsecs", 90, "s"]],
  [Quantity, ["", "1 Gi", "1GiB", "one", 5, "1Ki2"]],
  [UrlScalar, ["10.0.0.1:6443/x y", "/relative", 7]],
  [BigIntScalar, ["1.5", "", "0x10", 1.5, true, "9".repeat(65)]],
];

describe("scalars", () => {
  for (const [scalar, texts] of accepted) {
    it(`should take a ${scalar.name} as variable and as literal and keep its text`, () => {
      for (const text of texts) {
        expect(scalar.parseValue(text)).toBe(text);
        expect(scalar.parseLiteral({ kind: Kind.STRING, value: text })).toBe(text);
        expect(scalar.serialize(text)).toBe(text);
      }
    });
  }

  for (const [scalar, values] of refused) {
    it(`should refuse what is no ${scalar.name} with a message that names the scalar`, () => {
      for (const value of values) {
        expect(() => scalar.parseValue(value), String(value)).toThrow(GraphQLError);
        expect(() => scalar.parseValue(value), String(value)).toThrow(scalar.name);
      }
      expect(() => scalar.parseLiteral({ kind: Kind.BOOLEAN, value: true })).toThrow(scalar.name);
    });
  }

  it("should never echo more than 64 characters of a refused text", () => {
    for (const scalar of [DateTime, Duration, Quantity]) {
      expect(messageOf(() => scalar.parseValue("x".repeat(10_000))).length).toBeLessThan(250);
    }
  });

  it("should write a BigInt as number up to 2^53 - 1 and as string beyond", () => {
    expect(BigIntScalar.serialize(9007199254740991n)).toBe(9007199254740991);
    expect(BigIntScalar.serialize(9007199254740992n)).toBe("9007199254740992");
    expect(BigIntScalar.serialize(-9007199254740992n)).toBe("-9007199254740992");
    expect(BigIntScalar.serialize(5)).toBe(5);
    expect(() => BigIntScalar.serialize(0.5)).toThrow("whole number");
  });

  it("should read a BigInt exactly from number, string and literal", () => {
    expect(BigIntScalar.parseValue("9007199254740993")).toBe(9007199254740993n);
    expect(BigIntScalar.parseValue(7)).toBe(7n);
    expect(BigIntScalar.parseLiteral({ kind: Kind.INT, value: "9007199254740993" })).toBe(9007199254740993n);
  });

  it("should keep JSON as it is, with variables inside a literal", () => {
    const value = { a: [1, null, { b: "c" }] };
    expect(JsonScalar.serialize(value)).toBe(value);
    const literal = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: "x" } } as const;
    expect(JsonScalar.parseLiteral(literal, { x: 5 })).toBe(5);
  });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "";
}
