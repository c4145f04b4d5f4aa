import { Kind } from "graphql";
import type { FragmentDefinitionNode, SelectionSetNode } from "graphql";
import type { PreparedOperation } from "./documents.ts";

/**
 * The values of all `readAfter` arguments on root fields: the wait counts for the whole operation, so it comes before any field is executed.
 * @skip and @include are not looked at: waiting for what was asked for under a condition harms nobody.
 */
export function readAfterTokens({ document, operation, variables }: PreparedOperation): readonly string[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const tokens = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        // Validation has refused fragments that contain themselves.
        if (fragment !== undefined) visit(fragment.selectionSet);
      } else {
        const value = selection.arguments?.find(({ name }) => name.value === "readAfter")?.value;
        const token =
          value?.kind === Kind.VARIABLE
            ? variables?.[value.name.value]
            : value?.kind === Kind.STRING
              ? value.value
              : undefined;
        if (typeof token === "string") tokens.add(token);
      }
    }
  };
  visit(operation.selectionSet);
  return [...tokens];
}
