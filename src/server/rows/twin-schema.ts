import {
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLUnionType,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from "graphql";
import type { GraphQLFieldConfigMap, GraphQLFieldResolver, GraphQLNamedType, GraphQLOutputType } from "graphql";
import { marksOf } from "./field-marks.ts";

/** The field of the twin schema that gives a wide list as one leaf. No name of the public schema begins like it. */
export function leafNameOf(field: string): string {
  return `_rowsOf_${field}`;
}

/**
 * The same schema once more, with a leaf beside each wide list (extensions `wide`). Types are its own, resolvers the same; inputs, scalars and enums are
 * shared. `resolveLeaf` resolves the leaves.
 */
export function createTwinSchema(
  schema: GraphQLSchema,
  resolveLeaf: GraphQLFieldResolver<unknown, unknown>,
): GraphQLSchema {
  const rows = new GraphQLNonNull(new GraphQLScalarType({ name: "_Rows", serialize: (value) => value }));
  const twins = new Map<string, GraphQLNamedType>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    twins.set(type.name, toTwin(type));
  }
  const config = schema.toConfig();
  const root = (type: GraphQLObjectType | null | undefined): GraphQLObjectType | null =>
    type ? (twins.get(type.name) as GraphQLObjectType) : null;
  return new GraphQLSchema({
    ...config,
    query: root(config.query),
    mutation: root(config.mutation),
    subscription: root(config.subscription),
    types: [...twins.values()],
    assumeValid: true,
  });

  function toTwin(type: GraphQLNamedType): GraphQLNamedType {
    if (isObjectType(type)) {
      const fixed = type.toConfig();
      return new GraphQLObjectType({
        ...fixed,
        fields: () => toFields(fixed.fields, type),
        interfaces: () => fixed.interfaces.map(twinOf),
      });
    }
    if (isInterfaceType(type)) {
      const fixed = type.toConfig();
      return new GraphQLInterfaceType({
        ...fixed,
        fields: () => toFields(fixed.fields, undefined),
        interfaces: () => fixed.interfaces.map(twinOf),
      });
    }
    if (isUnionType(type)) {
      const fixed = type.toConfig();
      return new GraphQLUnionType({ ...fixed, types: () => fixed.types.map(twinOf) });
    }
    return type;
  }

  function toFields(
    fields: GraphQLFieldConfigMap<unknown, unknown>,
    owner: GraphQLObjectType | undefined,
  ): GraphQLFieldConfigMap<unknown, unknown> {
    const entries = Object.entries(fields).map(
      ([name, field]) => [name, { ...field, type: retype(field.type) }] as const,
    );
    const wide = Object.values(owner?.getFields() ?? {}).filter((field) => marksOf(field).wide === true);
    const leaves = wide.map(({ name }) => [leafNameOf(name), { type: rows, resolve: resolveLeaf }] as const);
    return Object.fromEntries([...entries, ...leaves]);
  }

  function retype(type: GraphQLOutputType): GraphQLOutputType {
    if (isNonNullType(type)) return new GraphQLNonNull(retype(type.ofType) as never);
    if (isListType(type)) return new GraphQLList(retype(type.ofType));
    const named = getNamedType(type);
    return isSpecifiedScalarType(named) ? named : (twinOf(named) as GraphQLOutputType & GraphQLNamedType);
  }

  function twinOf<Type extends GraphQLNamedType>(type: Type): Type {
    return (twins.get(type.name) ?? type) as Type;
  }
}
