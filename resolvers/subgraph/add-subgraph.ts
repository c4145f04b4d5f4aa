import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  isObjectType,
} from "graphql";
import { invariant } from "../../src/lib/invariant.ts";
import type { RequestContext } from "../../src/loaders/request-context.ts";
import { entities } from "./entities.ts";
import { findEntity } from "./find-entity.ts";
import { printSubgraph } from "./print-subgraph.ts";
import type { SubgraphOptions } from "./subgraph-options.ts";

/** Gives a schema what makes it a subgraph (Apollo Federation 2): `_service` and `_entities` (https://specs.apollo.dev/federation/v2.9). */
export function addSubgraph(schema: GraphQLSchema, options: SubgraphOptions): GraphQLSchema {
  const { typePrefix } = options;
  const query = schema.getQueryType();
  invariant(query, "the schema has queries");
  const types = Object.keys(entities).map((name) => {
    const type = schema.getType(typePrefix + name);
    invariant(isObjectType(type), `there is no entity ${typePrefix}${name}`);
    return type;
  });
  const entity = new GraphQLUnionType({
    name: "_Entity",
    description: "What other subgraphs may extend.",
    types,
    resolveType: (value: { readonly __typename: string }) => typePrefix + value.__typename,
  });
  const any = new GraphQLScalarType({
    name: "_Any",
    description: "An entity as another subgraph names it: __typename and the fields of one of its keys.",
  });
  let sdl: string | undefined;
  const service = new GraphQLObjectType({
    name: "_Service",
    description: "This schema as a subgraph.",
    fields: {
      sdl: {
        type: new GraphQLNonNull(GraphQLString),
        description: "The public schema with the directives of federation.",
        resolve: () => (sdl ??= printSubgraph(schema, options)),
      },
    },
  });
  const config = query.toConfig();
  const extended = new GraphQLObjectType<unknown, RequestContext>({
    ...config,
    fields: {
      ...config.fields,
      _service: {
        type: new GraphQLNonNull(service),
        description: "For composition: what this subgraph brings to a supergraph.",
        resolve: () => ({}),
      },
      _entities: {
        type: new GraphQLNonNull(new GraphQLList(entity)),
        description:
          "For routers: entities in the order of their representations; null where one is missing or may not be seen.",
        args: {
          representations: {
            type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(any))),
            description: "Which entities, by id or natural key.",
          },
        },
        resolve: (_source, { representations }: { readonly representations: readonly unknown[] }, { loaders }) =>
          Promise.all(representations.map((representation) => findEntity(representation, typePrefix, loaders))),
      },
    },
  });
  const { types: known, ...rest } = schema.toConfig();
  return new GraphQLSchema({
    ...rest,
    query: extended,
    types: [...known.filter((type) => type !== query), entity, any],
    // graphql-js would look through all of it, in one turn of the loop, while the first lists come. It is the same each time: a test looks.
    assumeValid: true,
  });
}
