import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { ReplicaSet } from "./replica-set.ts";

@ObjectType({ description: "One ReplicaSet and its place in the list.", simpleResolvers: true })
export class ReplicaSetEdge extends Edge {
  @Item(() => ReplicaSet)
  readonly node!: ReplicaSet;
}

@ObjectType({
  description:
    "A page of a list of ReplicaSets. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class ReplicaSetConnection extends Connection {
  @Edges(() => ReplicaSetEdge)
  readonly edges!: readonly ReplicaSetEdge[];

  @Nodes(() => ReplicaSet)
  readonly nodes!: readonly ReplicaSet[];
}
