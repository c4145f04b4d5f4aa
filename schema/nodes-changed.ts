import { ObjectType } from "type-graphql";
import { ChangeMessage, Objects } from "./change-message.ts";
import { ClusterNode } from "./cluster-node.ts";

@ObjectType({ description: "A message of the stream of nodes.", simpleResolvers: true })
export class NodesChanged extends ChangeMessage {
  @Objects(() => ClusterNode)
  readonly objects!: readonly ClusterNode[];
}
