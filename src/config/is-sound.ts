import { isRecord } from "../kube/read-json.ts";

/** Says nothing about what is allowed. */
const annotations: ReadonlySet<string> = new Set(["$schema", "title", "description", "default"]);

/** The part of a JSON Schema (https://json-schema.org/draft/2020-12) that ours use. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly [keyword: string]: unknown;
}

/** Each says whether a value is as its keyword wants it; as in JSON Schema a keyword of another type than the value's has nothing against it. */
const keywords: Readonly<Record<string, (wanted: never, value: unknown, schema: Schema) => boolean>> = {
  type: (wanted: string | readonly string[], value) => [wanted].flat().some((type) => isOfType(value, type)),
  enum: (wanted: readonly unknown[], value) => wanted.includes(value),
  minLength: (wanted: number, value) => typeof value !== "string" || Array.from(value).length >= wanted,
  pattern: (wanted: string, value) => typeof value !== "string" || new RegExp(wanted, "u").test(value),
  format: (wanted: string, value) => typeof value !== "string" || (wanted === "url" && URL.canParse(value)),
  minimum: (wanted: number, value) => typeof value !== "number" || value >= wanted,
  maximum: (wanted: number, value) => typeof value !== "number" || value <= wanted,
  minItems: (wanted: number, value) => !Array.isArray(value) || value.length >= wanted,
  items: (wanted: Schema, value) => !Array.isArray(value) || value.every((item) => isSound(wanted, item)),
  required: (wanted: readonly string[], value) => !isRecord(value) || wanted.every((key) => Object.hasOwn(value, key)),
  oneOf: (wanted: readonly Schema[], value) => wanted.filter((each) => isSound(each, value)).length === 1,
  properties: (wanted: Readonly<Record<string, Schema>>, value) =>
    !isRecord(value) ||
    Object.entries(wanted).every(([key, schema]) => !Object.hasOwn(value, key) || isSound(schema, value[key])),
  additionalProperties: (wanted: unknown, value, { properties = {} }) =>
    !isRecord(value) || (wanted === false && Object.keys(value).every((key) => Object.hasOwn(properties, key))),
};

/**
 * Whether a schema surely finds nothing wrong with a value of YAML: what nearly every start wants to know, and a thirtieth of the time that making a whole
 * validator takes. False also where a keyword is none of those it knows; then somebody who knows all of them has the word.
 */
export function isSound(schema: object, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, wanted]) => {
    if (annotations.has(keyword)) return true;
    return keywords[keyword]?.(wanted as never, value, schema as Schema) ?? false;
  });
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return isRecord(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    default:
      return (type === "string" || type === "boolean") && typeof value === type;
  }
}
