import fc from "fast-check";
import { getNamedType, isCompositeType, isObjectType, isRequiredArgument } from "graphql";
import type { GraphQLField, GraphQLNamedType, GraphQLSchema } from "graphql";

/** Selections of any composite type: aliases, fragments, what stands under `@include(if: $v)`, relations to some depth. */
export function selectionOf(schema: GraphQLSchema, typeName: string, depth: number): fc.Arbitrary<string> {
  const type = schema.getType(typeName);
  if (type === undefined || !("getFields" in type)) return fc.constant("{ __typename }");
  const fields = Object.values(type.getFields() as Record<string, GraphQLField<unknown, unknown>>)
    .filter(({ args }) => !args.some(isRequiredArgument))
    .filter(({ type: of }) => depth > 0 || !isCompositeType(getNamedType(of)));
  if (fields.length === 0) return fc.constant("{ __typename }");
  const one = fc.constantFrom(...fields).chain((field) => fieldText(schema, field, depth));
  const some = fc.array(one, { minLength: 1, maxLength: depth > 1 ? 5 : 3 });
  return fc.tuple(some, fc.constantFrom("", ` ... on ${typeName} { __typename }`)).map(([texts, more]) => {
    // Every field has an alias of its own, so that no two ask for different things under one name.
    return `{ ${texts.map((text, index) => text.replace("ALIAS", `f${index}`)).join(" ")}${more} }`;
  });
}

function fieldText(
  schema: GraphQLSchema,
  { name, type }: GraphQLField<unknown, unknown>,
  depth: number,
): fc.Arbitrary<string> {
  const named: GraphQLNamedType = getNamedType(type);
  const directive = fc.constantFrom("", "", "", " @include(if: $v)", " @skip(if: $v)");
  const below =
    isObjectType(named) || isCompositeType(named) ? selectionOf(schema, named.name, depth - 1) : fc.constant("");
  return fc.tuple(directive, below).map(([where, selection]) => `ALIAS: ${name}${where} ${selection}`);
}
