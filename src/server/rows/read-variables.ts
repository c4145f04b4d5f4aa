import { Kind, getVariableValues } from "graphql";
import type { GraphQLSchema, TypeNode, VariableDefinitionNode } from "graphql";

export type Variables = { readonly [name: string]: unknown };

/** Coerces the variables of an operation, as sent; undefined where something is wrong with them. */
export type ReadVariables = (given: Variables) => Variables | undefined;

interface Text {
  readonly name: string;
  /** May be left out; then it is unset. */
  readonly isOptional: boolean;
}

/** As graphql-js coerces them; texts that are given as texts, which it leaves as they are, are not sent through it. */
export function createVariableReader(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): ReadVariables {
  const texts = definitions.map(toText);
  const readAll: ReadVariables = (given) => getVariableValues(schema, definitions, given, { maxErrors: 1 }).coerced;
  if (!texts.every((text) => text !== undefined)) return readAll;
  return (given) => {
    const read: Record<string, unknown> = {};
    for (const { name, isOptional } of texts) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (typeof value === "string") read[name] = value;
      else if (!isOptional || Object.hasOwn(given, name)) return readAll(given);
    }
    return read;
  };
}

function toText({ variable, type, defaultValue }: VariableDefinitionNode): Text | undefined {
  const isRequired = type.kind === Kind.NON_NULL_TYPE;
  if (!isText(isRequired ? type.type : type)) return undefined;
  return { name: variable.name.value, isOptional: !isRequired && defaultValue === undefined };
}

function isText(type: TypeNode): boolean {
  return type.kind === Kind.NAMED_TYPE && (type.name.value === "String" || type.name.value === "ID");
}
