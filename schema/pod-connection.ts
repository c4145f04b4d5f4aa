import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { Pod } from "./pod.ts";

@ObjectType({ description: "One pod and its place in the list.", simpleResolvers: true })
export class PodEdge extends Edge {
  @Item(() => Pod)
  readonly node!: Pod;
}

@ObjectType({
  description:
    "A page of a list of pods. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class PodConnection extends Connection {
  @Edges(() => PodEdge)
  readonly edges!: readonly PodEdge[];

  @Nodes(() => Pod)
  readonly nodes!: readonly Pod[];
}
