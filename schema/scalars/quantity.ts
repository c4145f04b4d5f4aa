import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { parseQuantity } from "../../src/kube/quantity.ts";

/** Quantities stay the text that Kubernetes stored, in and out; what comes in must follow the API server's grammar. */
export const Quantity = new GraphQLScalarType<string, string>({
  name: "Quantity",
  description: 'Kubernetes quantity as stored: "500m", "1Gi". Compared by value, so "0.5" equals "500m".',
  serialize: (value) => value as string,
  parseValue: checkQuantity,
  parseLiteral: (node) => checkQuantity(node.kind === Kind.STRING ? node.value : undefined),
});

function checkQuantity(value: unknown): string {
  if (typeof value !== "string" || parseQuantity(value) === undefined) {
    const got = typeof value === "string" ? JSON.stringify(value.slice(0, 64)) : typeof value;
    throw new GraphQLError(`Quantity must be a string such as "500m" or "1Gi" but got: ${got}`);
  }
  return value;
}
