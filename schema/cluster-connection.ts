import { ObjectType } from "type-graphql";
import { Cluster } from "./cluster.ts";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";

@ObjectType({ description: "One cluster and its place in the list.", simpleResolvers: true })
export class ClusterEdge extends Edge {
  @Item(() => Cluster)
  readonly node!: Cluster;
}

@ObjectType({
  description:
    "A page of a list of clusters. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class ClusterConnection extends Connection {
  @Edges(() => ClusterEdge)
  readonly edges!: readonly ClusterEdge[];

  @Nodes(() => Cluster)
  readonly nodes!: readonly Cluster[];
}
