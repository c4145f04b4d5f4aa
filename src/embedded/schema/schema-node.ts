import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";

/** A schema as written: OpenAPI v3 of a built-in kind, with references, or the structural schema of a CustomResourceDefinition. */
export type RawSchema = Readonly<Record<string, unknown>>;

export type ListType = "atomic" | "set" | "map";

/**
 * A schema as validation, pruning, defaulting, merging and field ownership read it: references followed, one view for both origins.
 * Children are made when first asked for, since schemas refer to themselves.
 */
export class SchemaNode {
  readonly raw: RawSchema;
  readonly #lookup: (name: string) => RawSchema | undefined;
  readonly #children = new Map<string, SchemaNode | undefined>();

  /** `lookup` finds what a `$ref` names, by the last part of the reference. */
  constructor(raw: RawSchema, lookup: (name: string) => RawSchema | undefined) {
    this.raw = flatten(raw, lookup);
    this.#lookup = lookup;
  }

  /** undefined where any type goes. */
  get type(): string | undefined {
    const type = this.raw["type"];
    return typeof type === "string" ? type : undefined;
  }

  get format(): string | undefined {
    const format = this.raw["format"];
    return typeof format === "string" ? format : undefined;
  }

  get intOrString(): boolean {
    return this.raw["x-kubernetes-int-or-string"] === true || this.format === "int-or-string";
  }

  /** Unknown fields below stay: said so, or an object of which nothing is said. */
  get preservesUnknown(): boolean {
    return this.raw["x-kubernetes-preserve-unknown-fields"] === true;
  }

  get embeddedResource(): boolean {
    return this.raw["x-kubernetes-embedded-resource"] === true;
  }

  get nullable(): boolean {
    return this.raw["nullable"] === true;
  }

  get required(): readonly string[] {
    const required = this.raw["required"];
    return Array.isArray(required) ? (required as string[]) : [];
  }

  get default(): unknown {
    return this.raw["default"];
  }

  /** Names of the fields the schema knows. */
  get propertyNames(): readonly string[] {
    const properties = this.raw["properties"];
    return isJsonObject(properties) ? Object.keys(properties) : [];
  }

  get hasProperties(): boolean {
    return isJsonObject(this.raw["properties"]);
  }

  /** x-kubernetes-list-type; a list of which nothing is said is atomic. */
  get listType(): ListType {
    const type = this.raw["x-kubernetes-list-type"];
    return type === "set" || type === "map" ? type : "atomic";
  }

  get listMapKeys(): readonly string[] {
    const keys = this.raw["x-kubernetes-list-map-keys"];
    return Array.isArray(keys) ? (keys as string[]) : [];
  }

  /** An object that is owned and replaced as a whole. */
  get atomicMap(): boolean {
    return this.raw["x-kubernetes-map-type"] === "atomic";
  }

  /** Of a strategic merge patch: "merge", "replace", "retainKeys". */
  get patchStrategies(): readonly string[] {
    const strategy = this.raw["x-kubernetes-patch-strategy"];
    return typeof strategy === "string" ? strategy.split(",") : [];
  }

  get patchMergeKey(): string | undefined {
    const key = this.raw["x-kubernetes-patch-merge-key"];
    return typeof key === "string" ? key : undefined;
  }

  /** The field's own schema, where the schema names it. */
  property(name: string): SchemaNode | undefined {
    const properties = this.raw["properties"];
    if (!isJsonObject(properties) || !Object.hasOwn(properties, name)) return undefined;
    return this.#child(`.${name}`, properties[name]);
  }

  /** Of the values of a map; undefined where the schema allows no other fields, or says nothing of them. */
  get additional(): SchemaNode | undefined {
    return this.#child("*", this.raw["additionalProperties"]);
  }

  /** Fields with any name may have any value. */
  get allowsAnyAdditional(): boolean {
    return this.raw["additionalProperties"] === true;
  }

  get items(): SchemaNode | undefined {
    return this.#child("[]", this.raw["items"]);
  }

  /** The schema of a field: its own, or that of the map's values. */
  child(name: string): SchemaNode | undefined {
    return this.property(name) ?? this.additional;
  }

  /** Schemas that restrict the same value: "allOf", "anyOf", "oneOf", "not". */
  composed(keyword: "allOf" | "anyOf" | "oneOf" | "not"): readonly SchemaNode[] {
    const raw = this.raw[keyword];
    const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
    return list.flatMap((one, index) => this.#child(`${keyword}${index}`, one) ?? []);
  }

  #child(key: string, raw: unknown): SchemaNode | undefined {
    if (!isJsonObject(raw)) return undefined;
    if (!this.#children.has(key)) this.#children.set(key, new SchemaNode(raw, this.#lookup));
    return this.#children.get(key);
  }
}

/** Follows `$ref`, and an `allOf` of one reference as the recorded documents wrap it; siblings (default, merge keys) win. */
function flatten(raw: RawSchema, lookup: (name: string) => RawSchema | undefined): RawSchema {
  const wrapped = raw["allOf"];
  const only: unknown = Array.isArray(wrapped) && wrapped.length === 1 ? wrapped[0] : raw;
  const reference = isJsonObject(only) ? only["$ref"] : undefined;
  if (typeof reference !== "string") return raw;
  const target = lookup(reference.slice(reference.lastIndexOf("/") + 1));
  if (target === undefined) return raw;
  const { $ref: _reference, ...siblings } = raw as JsonObject;
  if (only !== raw) delete siblings["allOf"];
  return { ...flatten(target, lookup), ...siblings };
}
