import { equalJson, isJsonObject } from "../json-value.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import type { StatusCause } from "../status-error.ts";
import { isFormat } from "./string-format.ts";

/** Everything a value breaks of a structural schema, in the server's words; CEL rules are not among it (see unsupported.ts). */
export function validateSchema(schema: SchemaNode, value: unknown, path = ""): readonly StatusCause[] {
  if (value === null && (schema.nullable || path === "")) return [];
  const wrongType = typeCause(schema, value, path);
  if (wrongType !== undefined) return [wrongType];
  return [
    ...enumCauses(schema, value, path),
    ...stringCauses(schema, value, path),
    ...numberCauses(schema, value, path),
    ...listCauses(schema, value, path),
    ...objectCauses(schema, value, path),
    ...compositionCauses(schema, value, path),
  ];
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function shown(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(typeName(value)) : JSON.stringify(value);
}

function bad(path: string, value: unknown, rule: string): StatusCause {
  return {
    reason: "FieldValueInvalid",
    message: `Invalid value: ${shown(value)}: ${path} in body ${rule}`,
    field: path,
  };
}

function typeCause(schema: SchemaNode, value: unknown, path: string): StatusCause | undefined {
  const found = typeName(value);
  if (schema.intOrString) {
    return found === "integer" || found === "string" ? undefined : typeMismatch(path, value, "integer,string");
  }
  const { type } = schema;
  if (type === undefined || type === found || (type === "number" && found === "integer")) return undefined;
  return typeMismatch(path, value, type);
}

function typeMismatch(path: string, value: unknown, type: string): StatusCause {
  const message = `Invalid value: ${JSON.stringify(typeName(value))}: ${path} in body must be of type ${type}: ${JSON.stringify(typeName(value))}`;
  return { reason: "FieldValueTypeInvalid", message, field: path };
}

function enumCauses(schema: SchemaNode, value: unknown, path: string): StatusCause[] {
  const allowed = schema.raw["enum"];
  if (!Array.isArray(allowed) || allowed.some((one) => equalJson(one, value))) return [];
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map((one) => JSON.stringify(one)).join(", ")}`;
  return [{ reason: "FieldValueNotSupported", message, field: path }];
}

function limit(schema: SchemaNode, name: string): number | undefined {
  const value = schema.raw[name];
  return typeof value === "number" ? value : undefined;
}

function stringCauses(schema: SchemaNode, value: unknown, path: string): StatusCause[] {
  if (typeof value !== "string") return [];
  const causes: StatusCause[] = [];
  const maximum = limit(schema, "maxLength");
  const minimum = limit(schema, "minLength");
  const { length } = Array.from(value);
  if (maximum !== undefined && length > maximum) {
    causes.push({
      reason: "FieldValueTooLong",
      message: `Too long: may not be more than ${maximum} bytes`,
      field: path,
    });
  }
  if (minimum !== undefined && length < minimum)
    causes.push(bad(path, value, `should be at least ${minimum} chars long`));
  const pattern = schema.raw["pattern"];
  if (typeof pattern === "string" && !toPattern(pattern).test(value))
    causes.push(bad(path, value, `should match '${pattern}'`));
  if (schema.format !== undefined && !isFormat(schema.format, value)) {
    causes.push(bad(path, value, `must be of type ${schema.format}: ${JSON.stringify(value)}`));
  }
  return causes;
}

/** Go's syntax is nearly JavaScript's; what is not a pattern here restricts nothing. */
function toPattern(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch {
    return /(?:)/;
  }
}

function numberCauses(schema: SchemaNode, value: unknown, path: string): StatusCause[] {
  if (typeof value !== "number") return [];
  const causes: StatusCause[] = [];
  const maximum = limit(schema, "maximum");
  const minimum = limit(schema, "minimum");
  const multiple = limit(schema, "multipleOf");
  if (maximum !== undefined && (schema.raw["exclusiveMaximum"] === true ? value >= maximum : value > maximum)) {
    causes.push(
      bad(
        path,
        value,
        `should be less than ${schema.raw["exclusiveMaximum"] === true ? "" : "or equal to "}${maximum}`,
      ),
    );
  }
  if (minimum !== undefined && (schema.raw["exclusiveMinimum"] === true ? value <= minimum : value < minimum)) {
    causes.push(
      bad(
        path,
        value,
        `should be greater than ${schema.raw["exclusiveMinimum"] === true ? "" : "or equal to "}${minimum}`,
      ),
    );
  }
  if (multiple !== undefined && !Number.isInteger(value / multiple))
    causes.push(bad(path, value, `should be a multiple of ${multiple}`));
  return causes;
}

function listCauses(schema: SchemaNode, value: unknown, path: string): StatusCause[] {
  if (!Array.isArray(value)) return [];
  const causes: StatusCause[] = [];
  const maximum = limit(schema, "maxItems");
  const minimum = limit(schema, "minItems");
  if (maximum !== undefined && value.length > maximum) {
    causes.push({
      reason: "FieldValueTooMany",
      message: `Too many: ${value.length}: must have at most ${maximum} items`,
      field: path,
    });
  }
  if (minimum !== undefined && value.length < minimum)
    causes.push(bad(path, value, `should have at least ${minimum} items`));
  causes.push(...duplicateCauses(schema, value, path));
  const { items } = schema;
  if (items !== undefined)
    value.forEach((item, index) => causes.push(...validateSchema(items, item, `${path}[${index}]`)));
  return causes;
}

/** Items of a set, and keys of a keyed list, appear once. */
function duplicateCauses(schema: SchemaNode, items: readonly unknown[], path: string): StatusCause[] {
  if (schema.listType === "atomic") return [];
  const seen = new Set<string>();
  const causes: StatusCause[] = [];
  items.forEach((item, index) => {
    const keys = schema.listMapKeys;
    const identity = schema.listType === "set" ? item : keys.map((key) => (isJsonObject(item) ? item[key] : undefined));
    const text = JSON.stringify(identity);
    if (seen.has(text)) {
      const value =
        schema.listType === "set"
          ? item
          : Object.fromEntries(keys.map((key, at) => [key, (identity as unknown[])[at]]));
      causes.push({
        reason: "FieldValueDuplicate",
        message: `Duplicate value: ${JSON.stringify(value)}`,
        field: `${path}[${index}]`,
      });
    }
    seen.add(text);
  });
  return causes;
}

function objectCauses(schema: SchemaNode, value: unknown, path: string): StatusCause[] {
  if (!isJsonObject(value)) return [];
  const causes: StatusCause[] = [];
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  for (const name of schema.required) {
    if (value[name] === undefined)
      causes.push({ reason: "FieldValueRequired", message: "Required value", field: at(name) });
  }
  const maximum = limit(schema, "maxProperties");
  const minimum = limit(schema, "minProperties");
  const { length } = Object.keys(value);
  if (maximum !== undefined && length > maximum) {
    causes.push({
      reason: "FieldValueTooMany",
      message: `Too many: ${length}: must have at most ${maximum} items`,
      field: path,
    });
  }
  if (minimum !== undefined && length < minimum)
    causes.push(bad(path, value, `should have at least ${minimum} properties`));
  for (const [key, item] of Object.entries(value)) {
    if (path === "" && (key === "metadata" || key === "apiVersion" || key === "kind")) continue;
    const child = schema.child(key);
    if (child !== undefined && item !== undefined) causes.push(...validateSchema(child, item, at(key)));
  }
  return causes;
}

/** allOf, anyOf, oneOf and not: schemas that restrict the same value further. */
function compositionCauses(schema: SchemaNode, value: unknown, path: string): StatusCause[] {
  if (schema.intOrString) return [];
  const holds = (one: SchemaNode): boolean => validateSchema(one, value, path === "" ? "." : path).length === 0;
  const all = schema.composed("allOf");
  const any = schema.composed("anyOf");
  const one = schema.composed("oneOf");
  const not = schema.composed("not");
  const causes = all.flatMap((each) => [...validateSchema(each, value, path)]);
  if (any.length > 0 && !any.some(holds)) causes.push(bad(path, value, "must validate at least one schema (anyOf)"));
  if (one.length > 0 && one.filter(holds).length !== 1)
    causes.push(bad(path, value, "must validate one and only one schema (oneOf)"));
  if (not.some(holds)) causes.push(bad(path, value, "must not validate the schema (not)"));
  return causes;
}
