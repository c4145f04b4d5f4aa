import { Kind, lexicographicSortSchema, parse, print, printSchema, visit } from "graphql";
import type { ConstDirectiveNode, FieldDefinitionNode, GraphQLSchema } from "graphql";
import { entities } from "./entities.ts";
import { sharedTypes } from "./prefix-types.ts";
import type { SubgraphOptions } from "./subgraph-options.ts";

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@inaccessible", "@key", "@shareable"])';

/** Relay's way to any object: a supergraph has another, `_entities`, and other subgraphs have a Node of their own. */
const relayFields: ReadonlySet<string> = new Set(["node", "objects"]);

/** The SDL that composition tools read: the public one, and what federation wants to know besides (DESIGN 6). Costs some 50 ms. */
export function printSubgraph(schema: GraphQLSchema, { relay, typePrefix }: SubgraphOptions): string {
  const hidden = relay ? [] : [directive("inaccessible")];
  const document = visit(parse(printSchema(lexicographicSortSchema(schema)), { noLocation: true }), {
    InterfaceTypeDefinition: (node) => {
      const isNode = node.name.value === "Node" || node.name.value === `${typePrefix}Node`;
      return isNode ? { ...node, directives: hidden } : undefined;
    },
    ObjectTypeDefinition: (node) => {
      const { value: name } = node.name;
      if (name === "Query") return { ...node, fields: node.fields?.map((field) => hideRelay(field, hidden)) };
      if (sharedTypes.has(name)) return { ...node, directives: [directive("shareable")] };
      const entity = name.startsWith(typePrefix) ? entities[name.slice(typePrefix.length)] : undefined;
      return entity && { ...node, directives: entity.keys.map((fields) => directive("key", { fields })) };
    },
  });
  return `${link}\n\n${print(document)}\n`;
}

function hideRelay(field: FieldDefinitionNode, hidden: readonly ConstDirectiveNode[]): FieldDefinitionNode {
  return relayFields.has(field.name.value) ? { ...field, directives: hidden } : field;
}

function directive(name: string, texts: Readonly<Record<string, string>> = {}): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(texts).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument },
      value: { kind: Kind.STRING, value },
    })),
  };
}
