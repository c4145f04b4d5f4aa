import { Kind, getArgumentValues, isNonNullType, valueFromAST } from "graphql";
import type { FieldNode, GraphQLArgument, GraphQLField } from "graphql";
import type { Variables } from "./read-variables.ts";

/** The arguments of a field, coerced. Throws where graphql-js would name one that is wrong. */
export type ReadArguments = (variables: Variables) => Readonly<Record<string, unknown>>;

/** One argument that is given. */
interface Given {
  readonly name: string;
  /** Unset: it is `value`, whatever the variables are. */
  readonly variable: string | undefined;
  readonly value: unknown;
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
}

/** As graphql-js's `getArgumentValues`, which is left to read what is neither a variable by itself nor a text. */
export function createArgumentReader(field: GraphQLField<unknown, unknown>, node: FieldNode): ReadArguments {
  const given: Given[] = [];
  for (const argument of field.args) {
    const one = toGiven(argument, node);
    if (one === "other") return (variables) => getArgumentValues(field, node, variables);
    if (one !== undefined) given.push(one);
  }
  return (variables) => {
    const values: Record<string, unknown> = {};
    for (const { name, variable, value, isNullable, hasDefault } of given) {
      if (variable === undefined) values[name] = value;
      else if (Object.hasOwn(variables, variable)) {
        const found = variables[variable];
        if (found === null && !isNullable) return getArgumentValues(field, node, variables);
        values[name] = found;
      } else if (!isNullable || hasDefault) return getArgumentValues(field, node, variables);
    }
    return values;
  };
}

/** undefined: it is not given, and has no default. */
function toGiven({ name, type, defaultValue }: GraphQLArgument, node: FieldNode): Given | "other" | undefined {
  const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
  const [isNullable, hasDefault] = [!isNonNullType(type), defaultValue !== undefined];
  if (value === undefined) return isNullable && !hasDefault ? undefined : "other";
  const given = { name, isNullable, hasDefault };
  if (value.kind === Kind.VARIABLE) return { ...given, variable: value.name.value, value: undefined };
  const text = value.kind === Kind.STRING ? valueFromAST(value, type) : undefined;
  return typeof text === "string" ? { ...given, variable: undefined, value: text } : "other";
}
