import { lexicographicSortSchema, printSchema } from "graphql";
import type { GraphQLSchema } from "graphql";
import { entities } from "./entities.ts";
import { sharedTypes } from "./prefix-types.ts";

/**
 * The public SDL, sorted by name, so that a change of the schema is a change of a few lines. Entities bear their keys; it has no schema extension, on
 * which Relay's compiler ends.
 */
export function printPublic(schema: GraphQLSchema, typePrefix: string): string {
  const text = printSchema(lexicographicSortSchema(schema));
  return `${text.replace(/^type (\w+)[^{\n]*(?= \{$)/gm, (head, name: string) => head + directivesOf(name, typePrefix))}\n`;
}

function directivesOf(name: string, typePrefix: string): string {
  if (sharedTypes.has(name)) return " @shareable";
  const entity = name.startsWith(typePrefix) ? entities[name.slice(typePrefix.length)] : undefined;
  return (entity?.keys ?? []).map((fields) => ` @key(fields: ${JSON.stringify(fields)})`).join("");
}
