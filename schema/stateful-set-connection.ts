import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { StatefulSet } from "./stateful-set.ts";

@ObjectType({ description: "One StatefulSet and its place in the list.", simpleResolvers: true })
export class StatefulSetEdge extends Edge {
  @Item(() => StatefulSet)
  readonly node!: StatefulSet;
}

@ObjectType({
  description:
    "A page of a list of StatefulSets. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class StatefulSetConnection extends Connection {
  @Edges(() => StatefulSetEdge)
  readonly edges!: readonly StatefulSetEdge[];

  @Nodes(() => StatefulSet)
  readonly nodes!: readonly StatefulSet[];
}
