import { ObjectType } from "type-graphql";
import { ChangeMessage, Objects } from "./change-message.ts";
import { Workload } from "./workload.ts";

@ObjectType({ description: "A message of the stream of workloads.", simpleResolvers: true })
export class WorkloadsChanged extends ChangeMessage {
  @Objects(() => Workload)
  readonly objects!: readonly Workload[];
}
