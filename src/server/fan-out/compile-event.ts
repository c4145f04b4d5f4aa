import { Kind, getNamedType, getVariableValues } from "graphql";
import type { FragmentDefinitionNode, GraphQLSchema } from "graphql";
import { collectFields } from "graphql/execution/collectFields.js";
import type { ChangeMessage } from "../../loaders/request-context.ts";
import type { PreparedOperation } from "../documents.ts";
import { compileAnswer } from "../rows/compile-row.ts";
import { marksOf } from "../rows/field-marks.ts";
import { readSelection } from "../rows/selection.ts";
import { quote } from "../rows/write-leaf.ts";
import { Writing } from "../rows/writing.ts";

/** The JSON of an operation's answer to an event, as graphql-js and JSON.stringify make it. Throws where those would tell of an error, or might. */
export type WriteEvent = (message: ChangeMessage, context: unknown) => string;

/**
 * Compiles a subscription for these variables, of which only those below the root field matter. undefined where something is selected that is not known to
 * be written exactly alike (rows/field-marks.ts).
 */
export function compileEvent(
  schema: GraphQLSchema,
  { document, operation }: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
): WriteEvent | undefined {
  const root = schema.getSubscriptionType();
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 });
  if (!root || coerced === undefined) return undefined;
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  const collected = [...collectFields(schema, fragments, coerced, root, operation.selectionSet)];
  const [responseKey, nodes] = collected[0] ?? [];
  const field = root.getFields()[nodes?.[0]?.name.value ?? ""];
  if (collected.length !== 1 || responseKey === undefined || nodes === undefined || field === undefined) return undefined; // prettier-ignore
  if (marksOf(field).event !== true) return undefined;
  try {
    const { types } = readSelection({ schema, fragments, variables: coerced }, getNamedType(field.type), nodes);
    const write = compileAnswer(field.type, types);
    const head = `{"data":{${quote(responseKey)}:`;
    return (message, context) => `${head}${write(message, new Writing(context))}}}`;
  } catch {
    // Doubt, or an argument that graphql-js has to name.
    return undefined;
  }
}
