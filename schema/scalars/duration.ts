import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { parseDuration } from "../../src/kube/duration.ts";

/** Spans stay the text that was given; what reads them parses them, by the same rule as this check. */
export const Duration = new GraphQLScalarType<string, string>({
  name: "Duration",
  description: 'A span as kubectl writes it, "90s", "1h30m", "7d" (d = 24 h), or ISO 8601, "PT90S". Input only.',
  serialize: (value) => value as string,
  parseValue: checkDuration,
  parseLiteral: (node) => checkDuration(node.kind === Kind.STRING ? node.value : undefined),
});

function checkDuration(value: unknown): string {
  if (typeof value !== "string" || parseDuration(value) === undefined) {
    const got = typeof value === "string" ? JSON.stringify(value.slice(0, 64)) : typeof value;
    throw new GraphQLError(`Duration must be a span such as "90s", "1h30m", "7d" or "PT90S" but got: ${got}`);
  }
  return value;
}
