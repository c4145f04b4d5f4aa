import { Kind, parse, print, visit } from "graphql";
import type { ConstDirectiveNode, FieldDefinitionNode, GraphQLSchema } from "graphql";
import { printPublic } from "./print-public.ts";
import type { SubgraphOptions } from "./subgraph-options.ts";

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@inaccessible", "@key", "@shareable"])';

/** Relay's way to any object: a supergraph has another, `_entities`, and other subgraphs have a Node of their own. */
const relayFields: ReadonlySet<string> = new Set(["node", "objects"]);
const inaccessible: ConstDirectiveNode = {
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: "inaccessible" },
};

/** The SDL that composition tools read: the public one, and what only a router is to know (DESIGN 6). Costs some 50 ms. */
export function printSubgraph(schema: GraphQLSchema, { relay, typePrefix }: SubgraphOptions): string {
  const text = printPublic(schema, typePrefix);
  if (relay) return `${link}\n\n${text}`;
  const document = visit(parse(text, { noLocation: true }), {
    InterfaceTypeDefinition: (node) =>
      node.name.value === `${typePrefix}Node` ? { ...node, directives: [inaccessible] } : undefined,
    ObjectTypeDefinition: (node) =>
      node.name.value === "Query" ? { ...node, fields: node.fields?.map(hideRelay) } : undefined,
  });
  return `${link}\n\n${print(document)}\n`;
}

function hideRelay(field: FieldDefinitionNode): FieldDefinitionNode {
  return relayFields.has(field.name.value) ? { ...field, directives: [inaccessible] } : field;
}
