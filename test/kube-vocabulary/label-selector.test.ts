import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/kube/api-error.ts";
import { matchesLabels, matchesMap, parseLabelSelector, toLabelSelector } from "../../src/kube/label-selector.ts";

const labels = { app: "web", tier: "db", generation: "7", empty: "", "example.com/role": "main" };

function refusal(text: string): string {
  try {
    parseLabelSelector(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).code).toBe("BAD_USER_INPUT");
    return (error as ApiError).message;
  }
  return "taken";
}

describe("parseLabelSelector", () => {
  it.each<[string, boolean]>([
    ["", true],
    ["   ", true],
    ["app=web", true],
    ["app==web", true],
    [" app = web ", true],
    ["app=db", false],
    ["app!=web", false],
    ["absent!=web", true],
    ["app in (web,db)", true],
    ["app in(web)", true],
    ["app notin (web)", false],
    ["absent notin (web)", true],
    ["absent in (web)", false],
    ["app", true],
    ["absent", false],
    ["!app", false],
    ["!absent", true],
    ["! absent", true],
    ["app=web,tier in (db, cache),!canary", true],
    ["app=web,tier=cache", false],
    ["empty=", true],
    ["empty in ()", true],
    ["empty in (,)", true],
    ["absent=", false],
    ["generation>6", true],
    ["generation>7", false],
    ["generation<8", true],
    ["app>1", false],
    ["absent<1", false],
    ["example.com/role=main", true],
    ["in=notin", false],
    ["in in (in)", false],
    ["constructor", false],
  ])("should take %j, which selects: %s", (text, selected) => {
    expect(matchesLabels(parseLabelSelector(text), labels)).toBe(selected);
  });

  // Each refused by kube-apiserver 1.34.4 too.
  it.each([
    ["!a=b", 'found "=" at character 3: expected "," or the end'],
    ["a,,b", 'found "," at character 3: expected a label key or "!"'],
    ["a,", 'found the end at character 3: expected another term after ","'],
    [",", 'found "," at character 1: expected a label key'],
    ["a=(b)", 'found "(" at character 3: expected a label value'],
    ["=b", 'found "=" at character 1: expected a label key'],
    ["a b", 'found "b" at character 3: expected =, ==, !=, in, notin, < or >'],
    ["a=b=c", 'found "=" at character 4: expected "," or the end'],
    ["a-=b", 'found "a-" at character 1: a label key has a name of 1 to 63'],
    ["a=-b", 'found "-b" at character 3: a label value has at most 63'],
    ["a/b/c", 'a label key has at most one "/"'],
    ["UPPER/b", "a label key has a DNS name of at most 253 lower-case"],
    ["!!a", 'found "!" at character 2: expected a label key after "!"'],
    ["a!b", "expected =, ==, !=, in"],
    ["a>=1", 'found "=" at character 3'],
    ["a>x", "whole number of 64 bits"],
    ["a>9223372036854775808", "whole number of 64 bits"],
    ["a in b", 'expected "(" after in and notin'],
    ["a in (b", 'found the end at character 8: expected "," or ")"'],
    ["a in (b c)", 'found "c" at character 9: expected "," or ")"'],
    [`a=${"x".repeat(64)}`, "a label value has at most 63"],
  ])("should refuse %j and say where and why", (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it("should either take or refuse any text, in a short message", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("a", "b", "=", "!", "<", ">", "(", ")", ",", "/", " ", "-", "."),
          maxLength: 30,
        }),
        (text) => {
          expect(refusal(text).length).toBeLessThan(700);
        },
      ),
    );
  });
});

describe("matchesMap", () => {
  it.each<[Record<string, string>, boolean]>([
    [{}, true],
    [{ app: "web" }, true],
    [{ app: "web", tier: "db" }, true],
    [{ app: "db" }, false],
    [{ absent: "x" }, false],
    [{ empty: "" }, true],
    [{ absent: "" }, false],
  ])("should compare %j: %s", (matchLabels, matches) => {
    expect(matchesMap(matchLabels, labels)).toBe(matches);
  });
});

describe("toLabelSelector", () => {
  it.each<[string, unknown, boolean | undefined]>([
    ["nothing", undefined, undefined],
    ["an empty one", {}, true],
    ["matchLabels", { matchLabels: { app: "web" } }, true],
    [
      "both",
      { matchLabels: { app: "web" }, matchExpressions: [{ key: "tier", operator: "NotIn", values: ["db"] }] },
      false,
    ],
    ["Exists", { matchExpressions: [{ key: "tier", operator: "Exists" }] }, true],
    ["DoesNotExist", { matchExpressions: [{ key: "tier", operator: "DoesNotExist", values: [] }] }, false],
    ["an operator of nodes", { matchExpressions: [{ key: "generation", operator: "Gt", values: ["1"] }] }, undefined],
    ["In without values", { matchExpressions: [{ key: "tier", operator: "In" }] }, undefined],
    ["Exists with values", { matchExpressions: [{ key: "tier", operator: "Exists", values: ["db"] }] }, undefined],
    ["a key that is none", { matchLabels: { "-": "x" } }, undefined],
    ["a value that is none", { matchLabels: { app: 1 } }, undefined],
  ])("should read %s of a metav1.LabelSelector", (_what, value, selects) => {
    const selector = toLabelSelector(value);
    expect(selector === undefined ? undefined : matchesLabels(selector, labels)).toBe(selects);
  });
});
