import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { Job } from "./job.ts";

@ObjectType({ description: "One Job and its place in the list.", simpleResolvers: true })
export class JobEdge extends Edge {
  @Item(() => Job)
  readonly node!: Job;
}

@ObjectType({
  description:
    "A page of a list of Jobs. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class JobConnection extends Connection {
  @Edges(() => JobEdge)
  readonly edges!: readonly JobEdge[];

  @Nodes(() => Job)
  readonly nodes!: readonly Job[];
}
