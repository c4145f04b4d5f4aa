import { Ajv } from "ajv";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clustersSchema } from "../../src/config/clusters-schema.ts";
import { isSound } from "../../src/config/is-sound.ts";

const options = { strict: false, validateSchema: false, formats: { url: (text: string) => URL.canParse(text) } };
const validate = new Ajv(options).compile(clustersSchema);

/** Every key that the schema has, so that what is made up is often nearly right. */
const keys = [...new Set(JSON.stringify(clustersSchema).matchAll(/"(\w+)":\{/gu))].map(([, key]) => key ?? "");

const base = {
  clusters: [
    { name: "home", role: "home", write: true, kubeconfig: { path: "a", context: "b" } },
    { name: "abroad", role: "abroad", endpoints: [{ url: "https://a:6443" }], credentials: { tokenFile: "t" } },
    { name: "toy", embedded: { seed: "s" }, identities: [{ realm: "home", usernamePrefix: "h:" }] },
  ],
  auth: { mode: "token", realms: ["home"] },
  limits: { maxDepth: 12 },
  log: { level: "info" },
};

describe("isSound", () => {
  it("should take a sound configuration, so that no validator is made of it", () => {
    expect(validate(base)).toBe(true);
    expect(isSound(clustersSchema, base)).toBe(true);
  });

  it("should say of whatever comes what a whole validator says", () => {
    const leaf = fc.oneof(
      fc.constantFrom<unknown>(null, true, 0, 1, 2.5, -1, 2 ** 40, "", "x", "home", "https://a", "http://", "none", "ü", [], {}),
      fc.string({ unit: "grapheme", maxLength: 70 }),
    ); // prettier-ignore
    const paths = fc.array(fc.oneof(fc.constantFrom(...keys, "__proto__", "constructor"), fc.nat({ max: 2 })), {
      minLength: 1,
      maxLength: 4,
    });
    let sound = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(paths, leaf), { maxLength: 3 }), (edits) => {
        const value = edits.reduce<unknown>((whole, [path, put]) => edited(whole, path, put), structuredClone(base));
        const expected = validate(value);
        if (expected) sound++;
        expect(isSound(clustersSchema, value)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
    expect(sound).toBeGreaterThan(100);
  });

  it.each<[string, object, unknown]>([
    ["a keyword it does not know", { type: "object", minProperties: 0 }, {}],
    ["additional properties of a schema", { additionalProperties: {} }, {}],
    ["a format it does not know", { format: "email" }, "a"],
  ])("should leave %s to others", (_what, schema, value) => {
    expect(isSound(schema, value)).toBe(false);
  });
});

function edited(whole: unknown, [key, ...rest]: readonly (string | number)[], put: unknown): unknown {
  if (key === undefined) return put;
  if (Array.isArray(whole)) {
    const index = Number(key) % (whole.length + 1) || 0;
    return [...whole.slice(0, index), edited(whole[index], rest, put), ...whole.slice(index + 1)];
  }
  const object = typeof whole === "object" && whole !== null ? (whole as Record<string, unknown>) : {};
  const value = edited(Object.hasOwn(object, key) ? object[key] : undefined, rest, put);
  return Object.fromEntries([...Object.entries(object), [String(key), value]]);
}
