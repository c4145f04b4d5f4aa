import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { Workload } from "./workload.ts";

@ObjectType({ description: "One workload and its place in the list.", simpleResolvers: true })
export class WorkloadEdge extends Edge {
  @Item(() => Workload)
  readonly node!: Workload;
}

@ObjectType({
  description:
    "A page of a list of workloads. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class WorkloadConnection extends Connection {
  @Edges(() => WorkloadEdge)
  readonly edges!: readonly WorkloadEdge[];

  @Nodes(() => Workload)
  readonly nodes!: readonly Workload[];
}
