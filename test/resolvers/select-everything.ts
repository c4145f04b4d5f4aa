import { getNamedType, isAbstractType, isLeafType, isNonNullType, isObjectType, isUnionType } from "graphql";
import type { GraphQLArgument, GraphQLField, GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType } from "graphql";

/** Values for required arguments, by name, as they stand in a document. */
const literals: Readonly<Record<string, string>> = {
  key: '"app"',
  cluster: '"home"',
  namespace: '"shop"',
  name: '"home"',
  apiVersion: '"v1"',
  kind: '"ConfigMap"',
  id: '"uid-web-1-a"',
  ids: '["uid-web-1-a"]',
  verb: '"patch"',
  resource: '"pods"',
};

/**
 * A selection of all fields of `type`, and of all types behind them, each type where it is met first; later only __typename. Fields in
 * `without` ("Pod.logs") are left out.
 */
export function selectEverything(type: GraphQLObjectType, without: ReadonlySet<string>): string {
  // Breadth first, so that a type is selected near the root, where its own list is, rather than deep in a relation.
  const owner = new Map<GraphQLNamedType, string>();
  const queue: [GraphQLObjectType | GraphQLInterfaceType, string][] = [[type, ""]];
  for (const [each, path] of queue) {
    for (const field of Object.values(each.getFields())) {
      const target = getNamedType(field.type);
      if (isLeafType(target) || isUnionType(target) || without.has(`${each.name}.${field.name}`) || owner.has(target))
        continue;
      owner.set(target, `${path}.${field.name}`);
      if (isObjectType(target) || isAbstractType(target)) {
        queue.push([target as GraphQLObjectType | GraphQLInterfaceType, `${path}.${field.name}`]);
      }
    }
  }

  function select(each: GraphQLObjectType | GraphQLInterfaceType, path: string): string {
    const fields = Object.values(each.getFields()).filter((field) => !without.has(`${each.name}.${field.name}`));
    return `{ __typename ${fields.map((field) => selectField(field, `${path}.${field.name}`)).join(" ")} }`;
  }

  function selectField(field: GraphQLField<unknown, unknown>, path: string): string {
    const target = getNamedType(field.type);
    const call = `${field.name}${toArguments(field.args)}`;
    if (isLeafType(target)) return call;
    if (isUnionType(target) || owner.get(target) !== path) return `${call} { __typename }`;
    return `${call} ${select(target as GraphQLObjectType | GraphQLInterfaceType, path)}`;
  }

  return select(type, "");
}

function toArguments(args: readonly GraphQLArgument[]): string {
  const required = args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined);
  if (required.length === 0) return "";
  return `(${required.map((arg) => `${arg.name}: ${literals[arg.name] ?? "null"}`).join(", ")})`;
}
