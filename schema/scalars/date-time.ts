import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

// RFC 3339 section 5.6, with any number of decimals: Kubernetes writes none in metav1.Time and six in MicroTime.
const rfc3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Times stay the text that Kubernetes stored, in and out. (graphql-scalars' DateTime goes through Date, which cuts MicroTime to
 * milliseconds and gives every time three decimals.)
 */
export const DateTime = new GraphQLScalarType<string, string>({
  name: "DateTime",
  description: 'RFC 3339 time in UTC, to the precision Kubernetes stored: "2026-11-21T02:44:48Z".',
  serialize: (value) => value as string,
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

function parseDateTime(value: unknown): string {
  if (typeof value !== "string" || !rfc3339.test(value) || Number.isNaN(Date.parse(value))) {
    throw new GraphQLError(`DateTime must be an RFC 3339 time such as "2026-11-21T02:44:48Z" but got: ${shown(value)}`);
  }
  return value;
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 64)) : typeof value;
}
