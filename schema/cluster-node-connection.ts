import { ObjectType } from "type-graphql";
import { ClusterNode } from "./cluster-node.ts";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";

@ObjectType({ description: "One node and its place in the list.", simpleResolvers: true })
export class ClusterNodeEdge extends Edge {
  @Item(() => ClusterNode)
  readonly node!: ClusterNode;
}

@ObjectType({
  description:
    "A page of a list of nodes. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class ClusterNodeConnection extends Connection {
  @Edges(() => ClusterNodeEdge)
  readonly edges!: readonly ClusterNodeEdge[];

  @Nodes(() => ClusterNode)
  readonly nodes!: readonly ClusterNode[];
}
