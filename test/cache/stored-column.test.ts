import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAssemble } from "../../src/cache/assemble-objects.ts";
import { toColumn, toValues } from "../../src/cache/stored-column.ts";
import type { Column } from "../../src/cache/stored-column.ts";

const json = fc.jsonValue({ maxDepth: 2 });
const key = fc.constantFrom("name", "state", "__proto__", "constructor", 'a"b', "ü\n", "0");
const alike = fc
  .uniqueArray(key, { maxLength: 4 })
  .chain((keys) => fc.array(fc.tuple(...keys.map(() => json)), { minLength: 8, maxLength: 20 }).map((all) => all.map((values) => Object.fromEntries(keys.map((each, index) => [each, values[index]]))))); // prettier-ignore
const values = fc.oneof(
  fc.array(json, { minLength: 1, maxLength: 20 }),
  fc.array(fc.constantFrom("a", "b", null, 1), { minLength: 1, maxLength: 20 }),
  alike,
  alike.map((objects) => objects.map((_one, index) => objects.slice(index, index + (index % 3)))),
);

function overDisk(all: readonly unknown[], assemble = createAssemble()): readonly unknown[] {
  const text = JSON.stringify(toColumn(all));
  return toValues(JSON.parse(text) as Column, all.length, assemble);
}

describe("a column on disk", () => {
  it("should come back as it was", () => {
    fc.assert(
      fc.property(values, (all) => {
        // What JSON itself does not keep is nobody's business here: -0.
        const expected = JSON.stringify(all);
        expect(JSON.stringify(overDisk(all))).toBe(expected);
      }),
      { numRuns: 400 },
    );
  });

  it("should come back as it was where the process may not make code of text", () => {
    const forbidden = (): never => {
      throw new EvalError("forbidden");
    };
    fc.assert(
      fc.property(values, (all) => {
        expect(JSON.stringify(overDisk(all, createAssemble(forbidden)))).toBe(JSON.stringify(overDisk(all)));
      }),
    );
  });

  it("should keep objects with the same keys column by column, and what repeats once", () => {
    const objects = Array.from({ length: 9 }, (_one, index) => ({ name: `n${index}`, kind: "REGULAR" }));
    const text = JSON.stringify(toColumn(objects));
    expect([text.split('"kind"').length - 1, text.split("REGULAR").length - 1]).toEqual([1, 1]);
    const found = overDisk([...objects, ...objects]);
    expect(found[0]).toBe(found[9]);
  });

  it("should tell what is undefined from what is null", () => {
    const objects = Array.from({ length: 9 }, (_one, index) => ({ name: `n${index}`, more: index === 4 ? undefined : null })); // prettier-ignore
    expect(overDisk(objects)).toEqual(
      objects.map(({ name, more }) => (more === undefined ? { name } : { name, more })),
    );
  });

  it("should be refused where it is not whole", () => {
    const objects = Array.from({ length: 9 }, (_one, index) => ({ name: `n${index}` }));
    const text = JSON.stringify(toColumn(objects)).replace('"n3",', "");
    expect(() => toValues(JSON.parse(text) as Column, 9, createAssemble())).toThrow("not whole");
  });
});
