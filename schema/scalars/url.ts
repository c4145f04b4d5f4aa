import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

/** URLs go out as configured. (graphql-scalars' URL adds a slash to "https://10.0.0.1:6443", so that it no longer equals the kubeconfig.) */
export const UrlScalar = new GraphQLScalarType<string, string>({
  name: "URL",
  description: "Absolute URL.",
  serialize: (value) => value as string,
  parseValue: parseUrl,
  parseLiteral: (node) => parseUrl(node.kind === Kind.STRING ? node.value : undefined),
});

function parseUrl(value: unknown): string {
  if (typeof value !== "string" || !URL.canParse(value)) throw new GraphQLError("URL must be an absolute URL.");
  return value;
}
