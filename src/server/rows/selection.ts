import { getArgumentValues, getNamedType, isAbstractType, isObjectType } from "graphql";
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
} from "graphql";
import { collectSubfields } from "graphql/execution/collectFields.js";
import { Doubt } from "./doubt.ts";

/** What selections are read with: the document's fragments and the operation's variables. */
export interface SelectionSource {
  readonly schema: GraphQLSchema;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  /** Coerced. */
  readonly variables: { readonly [name: string]: unknown };
}

/** One field of an answer, with everything that documents can say of it evaluated. */
export interface SelectedField {
  readonly responseKey: string;
  /** undefined = __typename. */
  readonly field: GraphQLField<unknown, unknown> | undefined;
  readonly args: Readonly<Record<string, unknown>>;
  /** By name of the object type; empty for leaves. */
  readonly inner: SelectedTypes;
}

export interface SelectedType {
  readonly type: GraphQLObjectType;
  readonly fields: readonly SelectedField[];
}

export type SelectedTypes = ReadonlyMap<string, SelectedType>;

const noArgs = {};

/**
 * What fields of an object or abstract type select of it, merged, with fragments and directives followed as graphql-js does, and a text that is equal
 * for selections that give equal answers: names, aliases and arguments in their order.
 */
export function readSelection(
  source: SelectionSource,
  type: GraphQLNamedType,
  nodes: readonly FieldNode[],
): { readonly types: SelectedTypes; readonly key: string } {
  if (isObjectType(type)) {
    const { selected, key } = readObject(source, type, nodes);
    return { types: new Map([[type.name, selected]]), key };
  }
  if (!isAbstractType(type)) return { types: new Map(), key: "" };
  const read = source.schema.getPossibleTypes(type).map((possible) => readObject(source, possible, nodes));
  return {
    types: new Map(read.map(({ selected }) => [selected.type.name, selected])),
    key: read.map(({ selected, key }) => `${selected.type.name}${key}`).join("|"),
  };
}

function readObject(source: SelectionSource, type: GraphQLObjectType, nodes: readonly FieldNode[]) {
  const fields: SelectedField[] = [];
  let key = "{";
  const collected = collectSubfields(source.schema, source.fragments, source.variables, type, nodes);
  for (const [responseKey, fieldNodes] of collected) {
    // At least one, by construction.
    const name = fieldNodes[0]!.name.value;
    key += `${responseKey}:${name}`;
    if (name === "__typename") {
      fields.push({ responseKey, field: undefined, args: noArgs, inner: new Map() });
      key += ",";
      continue;
    }
    const field = type.getFields()[name];
    if (field === undefined) throw new Doubt(`${type.name}.${name} is no field`);
    const args = field.args.length === 0 ? noArgs : getArgumentValues(field, fieldNodes[0]!, source.variables);
    const { types: inner, key: innerKey } = readSelection(source, getNamedType(field.type), fieldNodes);
    fields.push({ responseKey, field, args, inner });
    key += `${field.args.length === 0 ? "" : JSON.stringify(args)}${innerKey},`;
  }
  return { selected: { type, fields }, key: `${key}}` };
}
