import { registerEnumType } from "type-graphql";

/**
 * Makes a GraphQL enum of ours whose values, inside and outside, are the names themselves. `values` maps each name to its description.
 */
export function createEnum<const Values extends Readonly<Record<string, string>>>(
  name: string,
  description: string,
  values: Values,
): { readonly [Name in keyof Values]: Name } {
  const names = Object.keys(values);
  const members: Record<string, string> = Object.fromEntries(names.map((value) => [value, value]));
  const valuesConfig = Object.fromEntries(names.map((value) => [value, { description: values[value] }]));
  registerEnumType(members, { name, description, valuesConfig });
  return members as { readonly [Name in keyof Values]: Name };
}
