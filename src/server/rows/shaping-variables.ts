import { Kind, visit } from "graphql";
import type { ASTNode, DocumentNode, OperationDefinitionNode, SelectionSetNode } from "graphql";

/**
 * Names of the variables that decide what an operation selects: all but those that stand only in arguments of root fields. `root` is the name of the
 * operation's type. Fragments count whether they are used or not.
 */
export function shapingVariables(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  root: string,
): readonly string[] {
  const names = new Set<string>();
  const note = (node: ASTNode): void => void visit(node, { Variable: ({ name }) => void names.add(name.value) });
  const walk = ({ selections }: SelectionSetNode, isRoot: boolean): void => {
    for (const selection of selections) {
      for (const directive of selection.directives ?? []) note(directive);
      if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, isRoot);
      if (selection.kind !== Kind.FIELD) continue;
      if (!isRoot) for (const argument of selection.arguments ?? []) note(argument);
      if (selection.selectionSet !== undefined) walk(selection.selectionSet, false);
    }
  };
  walk(operation.selectionSet, true);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    walk(definition.selectionSet, definition.typeCondition.name.value === root);
  }
  return [...names];
}
