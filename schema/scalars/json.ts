import { GraphQLScalarType } from "graphql";
import { GraphQLJSON } from "graphql-scalars";

/** JSON of graphql-scalars, with our description. */
export const JsonScalar = new GraphQLScalarType({
  ...GraphQLJSON.toConfig(),
  description: "Any JSON value (graphql-scalars JSON).",
  specifiedByURL: null,
});
