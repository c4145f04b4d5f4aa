import { DirectiveLocation, GraphQLBoolean, GraphQLDirective, GraphQLNonNull, GraphQLScalarType } from "graphql";

const fieldSet = new GraphQLScalarType({
  name: "federation__FieldSet",
  description: "Apollo Federation: a selection of fields.",
});

/**
 * Directives of federation that the public SDL bears, too, defined as https://specs.apollo.dev/federation/v2.9 has them: whoever reads it sees by
 * what an entity is found. What changes how the schema is read, `@link` and `@inaccessible`, is for routers alone.
 */
export const federationDirectives: readonly GraphQLDirective[] = [
  new GraphQLDirective({
    name: "key",
    description: "Apollo Federation: fields by which other subgraphs name this entity.",
    isRepeatable: true,
    locations: [DirectiveLocation.OBJECT, DirectiveLocation.INTERFACE],
    args: {
      fields: { type: new GraphQLNonNull(fieldSet), description: "The fields, as in a selection." },
      resolvable: {
        type: GraphQLBoolean,
        defaultValue: true,
        description: "Whether this subgraph finds the entity by them.",
      },
    },
  }),
  new GraphQLDirective({
    name: "shareable",
    description: "Apollo Federation: other subgraphs may define it as well.",
    isRepeatable: true,
    locations: [DirectiveLocation.OBJECT, DirectiveLocation.FIELD_DEFINITION],
  }),
];
