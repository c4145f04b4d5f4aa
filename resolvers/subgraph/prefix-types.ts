import { GraphQLSchema, isAbstractType, isIntrospectionType, isScalarType, parse, visit } from "graphql";
import type { GraphQLNamedType } from "graphql";
import type { SubgraphOptions } from "./subgraph-options.ts";

/** Types whose names and fields every Relay server has alike. */
export const sharedTypes: ReadonlySet<string> = new Set(["PageInfo"]);

/**
 * Renames the types of a schema that is nobody else's, in place, and gives the schema that they make. Root types, scalars and what all Relay servers
 * share keep their names, `Node` too where it is to be the supergraph's. Values go on saying `__typename` as they did.
 */
export function prefixTypes(schema: GraphQLSchema, { typePrefix, relay }: SubgraphOptions): GraphQLSchema {
  if (typePrefix === "") return schema;
  const roots: readonly unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const isOurs = (type: GraphQLNamedType): boolean =>
    !roots.includes(type) &&
    !isScalarType(type) &&
    !isIntrospectionType(type) &&
    !sharedTypes.has(type.name) &&
    !(relay && type.name === "Node");
  for (const type of Object.values(schema.getTypeMap()).filter(isOurs)) {
    type.name = typePrefix + type.name;
    if (!isAbstractType(type)) continue;
    const { resolveType } = type;
    type.resolveType = (...args) => {
      const name = resolveType?.(...args);
      return typeof name === "string" ? typePrefix + name : name;
    };
  }
  return new GraphQLSchema(schema.toConfig());
}

/** A document that was written for the schema without a prefix; comments and layout stay. */
export function prefixDocument(text: string, schema: GraphQLSchema, typePrefix: string): string {
  if (typePrefix === "") return text;
  const places: number[] = [];
  visit(parse(text), {
    NamedType: ({ name, loc }) => {
      if (loc !== undefined && schema.getType(name.value) === undefined) places.push(loc.start);
    },
  });
  return places
    .toSorted((a, b) => b - a)
    .reduce((done, place) => done.slice(0, place) + typePrefix + done.slice(place), text);
}
