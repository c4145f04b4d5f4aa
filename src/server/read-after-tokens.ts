import { Kind } from "graphql";
import type { FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode, ValueNode } from "graphql";
import type { PreparedOperation } from "./documents.ts";

/**
 * Gives the values of all `readAfter` arguments on root fields: the wait counts for the whole operation, so it comes before any field is executed.
 * @skip and @include are not looked at: waiting for what was asked for under a condition harms nobody. Where they stand is looked for once in each
 * operation.
 */
export function createReadAfterTokens(): (prepared: PreparedOperation) => readonly string[] {
  const found = new WeakMap<OperationDefinitionNode, readonly ValueNode[]>();
  return (prepared) => {
    let values = found.get(prepared.operation);
    if (values === undefined) found.set(prepared.operation, (values = findReadAfter(prepared)));
    return values.length === 0 ? none : readTokens(values, prepared.variables);
  };
}

const none: readonly string[] = [];

function readTokens(values: readonly ValueNode[], variables: PreparedOperation["variables"]): readonly string[] {
  const tokens = new Set<string>();
  for (const value of values) {
    const token =
      value.kind === Kind.VARIABLE
        ? variables?.[value.name.value]
        : value.kind === Kind.STRING
          ? value.value
          : undefined;
    if (typeof token === "string") tokens.add(token);
  }
  return tokens.size === 0 ? none : [...tokens];
}

function findReadAfter({ document, operation }: PreparedOperation): readonly ValueNode[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const values: ValueNode[] = [];
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        // Validation has refused fragments that contain themselves.
        if (fragment !== undefined) visit(fragment.selectionSet);
      } else {
        const value = selection.arguments?.find(({ name }) => name.value === "readAfter")?.value;
        if (value !== undefined) values.push(value);
      }
    }
  };
  visit(operation.selectionSet);
  return values;
}
