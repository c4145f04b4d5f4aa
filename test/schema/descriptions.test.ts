import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, isSpecifiedScalarType } from "graphql";
import type { GraphQLNamedType } from "graphql";
import { describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

describe("the public schema", () => {
  const types = Object.values(buildFleetSchema().getTypeMap()).filter(
    (type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type),
  );

  it("should describe every type, field, argument, enum value and input field in a sentence", () => {
    const paths = types.flatMap((type) => [isSentence(type) ? type.name : `!${type.name}`, ...membersOf(type)]);
    expect(paths.filter((path) => path.startsWith("!"))).toEqual([]);
  });

  it("should give every enum value its own name as value, so that variables and rows mean the same", () => {
    for (const type of types.filter(isEnumType)) {
      for (const { name, value } of type.getValues()) expect(value).toBe(name);
    }
  });

  it("should have no type that nothing reaches but GenericResource", () => {
    const names = types.map((type) => type.name);
    expect(names).toContain("GenericResource");
    for (const abstract of ["Edge", "Connection", "Group", "WritePayload", "ChangeMessage", "Order"]) {
      expect(names).not.toContain(abstract);
    }
  });
});

/** Paths of members; those without a description begin with "!". */
function membersOf(type: GraphQLNamedType): readonly string[] {
  const mark = (path: string, member: Described): string => (isSentence(member) ? path : `!${path}`);
  if (isEnumType(type)) return type.getValues().map((value) => mark(`${type.name}.${value.name}`, value));
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => mark(`${type.name}.${field.name}`, field));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    mark(`${type.name}.${field.name}`, field),
    ...field.args.map((arg) => mark(`${type.name}.${field.name}(${arg.name}:)`, arg)),
  ]);
}

function isSentence({ description }: Described): boolean {
  return typeof description === "string" && /[.…]$/.test(description);
}
