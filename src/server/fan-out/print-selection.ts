import { Kind, print } from "graphql";
import type { DefinitionNode, OperationDefinitionNode, SelectionNode } from "graphql";
import type { PreparedOperation } from "../documents.ts";

/**
 * What an operation shows of an event, as text: all but its name and the arguments of its root field, which choose events and not what is said of them.
 * Operations of equal texts, given equal variables, answer the same event alike.
 */
export function printSelection({ document, operation }: Pick<PreparedOperation, "document" | "operation">): string {
  const bare: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: operation.operation,
    variableDefinitions: operation.variableDefinitions ?? [],
    directives: operation.directives ?? [],
    selectionSet: { kind: Kind.SELECTION_SET, selections: operation.selectionSet.selections.map(withoutArguments) },
  };
  const isFragment = ({ kind }: DefinitionNode): boolean => kind === Kind.FRAGMENT_DEFINITION;
  return [bare, ...document.definitions.filter(isFragment)].map(print).join("\n");
}

function withoutArguments(selection: SelectionNode): SelectionNode {
  return selection.kind === Kind.FIELD ? { ...selection, arguments: [] } : selection;
}
