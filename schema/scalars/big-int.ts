import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

/** Exact whole numbers: a bigint inside; a JSON number as far as JSON.parse reads it back exactly, a string beyond. */
export const BigIntScalar = new GraphQLScalarType<bigint, number | string>({
  name: "BigInt",
  description: "Whole number of any size; a JSON number up to 2^53 - 1, a string beyond.",
  serialize(value) {
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    if (typeof value !== "bigint") throw new GraphQLError(`BigInt must be a whole number but got: ${String(value)}`);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  },
  parseValue: parseBigInt,
  parseLiteral: (node) => parseBigInt(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
});

function parseBigInt(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d{1,64}$/.test(value)) return BigInt(value);
  throw new GraphQLError("BigInt must be a whole number, as a JSON number up to 2^53 - 1 or as a string.");
}
