import { Kind, OperationTypeNode, parse } from "graphql";
import type { FieldNode } from "graphql";

/** What somebody unknown may send, in characters and tokens: a probe's query and nothing longer. */
const maxLength = 200;
const maxTokens = 20;

/**
 * The data of a query that asks for `__typename` and nothing else, so that who has no token can see that there is GraphQL here; undefined for
 * anything else, valid or not. Nothing is validated or executed, and no name of the schema is told (T14).
 */
export function answerAnonymous(body: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const { query, operationName, variables, ...more } = body;
  if (typeof query !== "string" || query.length > maxLength || Object.keys(more).length > 0) return undefined;
  if (!isEmpty(operationName) || !isEmpty(variables)) return undefined;
  try {
    const { definitions } = parse(query, { maxTokens, noLocation: true });
    const [operation] = definitions;
    if (definitions.length !== 1 || operation?.kind !== Kind.OPERATION_DEFINITION) return undefined;
    const { selections } = operation.selectionSet;
    const isPlain = (operation.variableDefinitions ?? []).length === 0 && (operation.directives ?? []).length === 0;
    if (operation.operation !== OperationTypeNode.QUERY || !isPlain) return undefined;
    if (!selections.every((one): one is FieldNode => one.kind === Kind.FIELD && isTypename(one))) return undefined;
    return Object.fromEntries(selections.map(({ alias, name }) => [alias?.value ?? name.value, "Query"]));
  } catch {
    return undefined;
  }
}

function isTypename({ name, arguments: args, directives, selectionSet }: FieldNode): boolean {
  const isPlain = (args ?? []).length === 0 && (directives ?? []).length === 0 && selectionSet === undefined;
  return name.value === "__typename" && isPlain;
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}
