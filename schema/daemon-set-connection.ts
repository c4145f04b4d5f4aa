import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { DaemonSet } from "./daemon-set.ts";

@ObjectType({ description: "One DaemonSet and its place in the list.", simpleResolvers: true })
export class DaemonSetEdge extends Edge {
  @Item(() => DaemonSet)
  readonly node!: DaemonSet;
}

@ObjectType({
  description:
    "A page of a list of DaemonSets. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class DaemonSetConnection extends Connection {
  @Edges(() => DaemonSetEdge)
  readonly edges!: readonly DaemonSetEdge[];

  @Nodes(() => DaemonSet)
  readonly nodes!: readonly DaemonSet[];
}
