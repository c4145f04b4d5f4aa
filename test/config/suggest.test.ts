import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toClusterName } from "../../src/config/cluster-name.ts";
import { isLoopback } from "../../src/lib/loopback.ts";
import { suggest } from "../../src/config/suggest.ts";

describe("suggest", () => {
  it.each([
    ["hme", "home"],
    ["Home", "home"],
    ["hoem", "home"],
    ["abraod", "abroad"],
    ["xyz", undefined],
    ["", undefined],
  ])("should take %j for %j", (word, meant) => {
    expect(suggest(word, ["home", "abroad"])).toBe(meant);
  });

  it("should be quick with absurd words", () => {
    expect(suggest("x".repeat(1_000_000), ["home"])).toBeUndefined();
  });
});

describe("toClusterName", () => {
  it("should always give a new DNS label", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 80 }), { maxLength: 20 }), (contexts) => {
        const taken = new Set<string>();
        const names = contexts.map((context) => toClusterName(context, taken));
        expect(new Set(names).size).toBe(contexts.length);
        for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u);
      }),
    );
  });

  it("should keep what can be kept of a context", () => {
    const taken = new Set<string>();
    expect(toClusterName("kubernetes-admin@Kind", taken)).toBe("kubernetes-admin-kind");
    expect(toClusterName("kubernetes_admin@kind", taken)).toBe("kubernetes-admin-kind-2");
  });
});

describe("isLoopback", () => {
  it.each(["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "LOCALHOST", "a.localhost"])(
    "should accept %s",
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );
  it.each(["0.0.0.0", "::", "10.0.0.1", "127.evil.example", "localhost.example", ""])("should refuse %j", (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
