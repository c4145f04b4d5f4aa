import {
  GraphQLScalarType,
  Kind,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  typeFromAST,
} from "graphql";
import type { GraphQLInputType, GraphQLSchema, OperationDefinitionNode, ValueNode } from "graphql";
import { visit } from "graphql";
import type { ApiError } from "../../kube/api-error.ts";
import { createLimitError } from "./limit-error.ts";
import type { Limits } from "./limits.ts";

type Variables = Readonly<Record<string, unknown>>;

/**
 * Holds the variables of an operation to `inputDepth`, `inputNodes` and `jsonDepth`, before they are coerced (coercion, and whoever
 * reads the values after it, recurses). Values written into the document are bounded by `tokens` and held by `checkLiteralLimits`.
 */
export function checkVariableLimits(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
  limits: Limits,
): ApiError | undefined {
  let nodes = 0;
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const value = variables[name];
    if (typeof value !== "object" || value === null) continue;
    const type = typeFromAST(schema, definition.type) as GraphQLInputType | undefined;
    const isJson = type !== undefined && holdsJson(type, new Set());
    const maximum = isJson ? limits.jsonDepth : limits.inputDepth;
    const { depth, count } = measure(value, maximum, limits.inputNodes - nodes, isJson);
    const what = `Variable $${name} nests`;
    if (depth > maximum) {
      return createLimitError({ name: isJson ? "jsonDepth" : "inputDepth", maximum, found: depth, what });
    }
    nodes += isJson ? 0 : count;
    if (nodes > limits.inputNodes) {
      return createLimitError({
        name: "inputNodes",
        maximum: limits.inputNodes,
        found: nodes,
        what: `Variable $${name} has entries`,
      });
    }
  }
  return undefined;
}

/** The same for the values written into an operation. */
export function checkLiteralLimits(operation: OperationDefinitionNode, limits: Limits): ApiError | undefined {
  let depth = 0;
  let deepest = 0;
  const level = {
    enter(): void {
      depth += 1;
      deepest = Math.max(deepest, depth);
    },
    leave(): void {
      depth -= 1;
    },
  };
  visit(operation, { [Kind.LIST]: level, [Kind.OBJECT]: level } satisfies Partial<Record<ValueNode["kind"], unknown>>);
  if (deepest <= limits.inputDepth) return undefined;
  const what = "An argument nests";
  return createLimitError({ name: "inputDepth", maximum: limits.inputDepth, found: deepest, what });
}

/** Without recursion, and no further than the limits: the value may be 100,000 deep. JSON is bounded by the body, not by its entries. */
function measure(value: object, maxDepth: number, maxCount: number, isJson: boolean): { depth: number; count: number } {
  let count = 0;
  let depth = 0;
  let level: object[] = [value];
  while (level.length > 0) {
    depth += 1;
    if (depth > maxDepth) break;
    const next: object[] = [];
    for (const item of level) {
      for (const child of Object.values(item)) {
        count += 1;
        if (typeof child === "object" && child !== null) next.push(child as object);
      }
      if (count > maxCount && !isJson) return { depth, count };
    }
    level = next;
  }
  return { depth, count };
}

/** Whether a scalar that takes any JSON is reachable: a manifest, a patch. */
function holdsJson(type: GraphQLInputType, seen: Set<string>): boolean {
  const named = getNamedType(type);
  if (isListType(type) || isNonNullType(type)) return holdsJson(named, seen);
  if (named instanceof GraphQLScalarType) return named.name === "JSON" || named.name === "JSONObject";
  if (!isInputObjectType(named) || seen.has(named.name)) return false;
  seen.add(named.name);
  return Object.values(named.getFields()).some((field) => holdsJson(field.type, seen));
}
