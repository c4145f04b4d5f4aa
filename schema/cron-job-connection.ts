import { ObjectType } from "type-graphql";
import { Connection, Edge, Edges, Item, Nodes } from "./connection.ts";
import { CronJob } from "./cron-job.ts";

@ObjectType({ description: "One CronJob and its place in the list.", simpleResolvers: true })
export class CronJobEdge extends Edge {
  @Item(() => CronJob)
  readonly node!: CronJob;
}

@ObjectType({
  description:
    "A page of a list of CronJobs. Never null and never an error because of a cluster: look at complete and readStates.",
  simpleResolvers: true,
})
export class CronJobConnection extends Connection {
  @Edges(() => CronJobEdge)
  readonly edges!: readonly CronJobEdge[];

  @Nodes(() => CronJob)
  readonly nodes!: readonly CronJob[];
}
