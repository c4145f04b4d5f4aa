import { GraphQLScalarType, getNamedType, isInputObjectType, isListType, isNonNullType, typeFromAST } from "graphql";
import type { GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from "graphql";
import type { ApiError } from "../../kube/api-error.ts";
import { createLimitError } from "./limit-error.ts";
import type { Limits } from "./limits.ts";

type Variables = Readonly<Record<string, unknown>>;

/**
 * Holds the variables of an operation to `depth`, `fields`, `inputNodes` and `jsonDepth`, before they are coerced (coercion, and whoever
 * reads the values after it, recurses). Entries of `where` and `orderBy` count like selections here as in the document itself, where
 * `checkDocumentLimits` sees to them; items of lists of scalars count as `inputNodes` only.
 */
export function checkVariableLimits(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
  limits: Limits,
): ApiError | undefined {
  let nodes = 0;
  let fields = 0;
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const value = variables[name];
    if (typeof value !== "object" || value === null) continue;
    const type = typeFromAST(schema, definition.type) as GraphQLInputType | undefined;
    const isJson = type !== undefined && holdsJson(type, new Set());
    const maximum = isJson ? limits.jsonDepth : limits.depth;
    const { depth, count, entries } = measure(value, maximum, limits.inputNodes - nodes, isJson);
    if (depth > maximum) {
      const what = `Variable $${name} nests`;
      return createLimitError({ name: isJson ? "jsonDepth" : "depth", maximum, found: depth, what });
    }
    if (isJson) continue;
    nodes += count;
    fields += entries;
    const what = `Variable $${name} has entries`;
    if (nodes > limits.inputNodes) {
      return createLimitError({ name: "inputNodes", maximum: limits.inputNodes, found: nodes, what });
    }
    if (fields > limits.fields) {
      return createLimitError({ name: "fields", maximum: limits.fields, found: fields, what });
    }
  }
  return undefined;
}

interface Measured {
  readonly depth: number;
  /** Entries of objects and items of lists. */
  readonly count: number;
  /** Entries of objects alone. */
  readonly entries: number;
}

/** Without recursion, and no further than the limits: the value may be 100,000 deep. JSON is bounded by the body, not by its entries. */
function measure(value: object, maxDepth: number, maxCount: number, isJson: boolean): Measured {
  let count = 0;
  let entries = 0;
  let depth = 0;
  let level: object[] = [value];
  while (level.length > 0) {
    depth += 1;
    if (depth > maxDepth) break;
    const next: object[] = [];
    for (const item of level) {
      const children = Object.values(item);
      if (!Array.isArray(item)) entries += children.length;
      for (const child of children) {
        count += 1;
        if (typeof child === "object" && child !== null) next.push(child as object);
      }
      if (count > maxCount && !isJson) return { depth, count, entries };
    }
    level = next;
  }
  return { depth, count, entries };
}

/** `_Any` is a representation of federation. */
const jsonScalars: ReadonlySet<string> = new Set(["JSON", "JSONObject", "_Any"]);

/** Whether a scalar that takes any JSON is reachable: a manifest, a patch. */
function holdsJson(type: GraphQLInputType, seen: Set<string>): boolean {
  const named = getNamedType(type);
  if (isListType(type) || isNonNullType(type)) return holdsJson(named, seen);
  if (named instanceof GraphQLScalarType) return jsonScalars.has(named.name);
  if (!isInputObjectType(named) || seen.has(named.name)) return false;
  seen.add(named.name);
  return Object.values(named.getFields()).some((field) => holdsJson(field.type, seen));
}
