import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { Namespace } from "./namespace.ts";

@ObjectType({ description: "One namespace and its place in the list.", simpleResolvers: true })
export class NamespaceEdge extends Edge {
  @Item(() => Namespace)
  readonly node!: Namespace;
}

@ObjectType({
  description:
    "A page of a list of namespaces. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class NamespaceConnection extends Connection {
  @Edges(() => NamespaceEdge)
  readonly edges!: readonly NamespaceEdge[];

  @Nodes(() => Namespace)
  readonly nodes!: readonly Namespace[];
}
