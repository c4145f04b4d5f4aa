import { Field, ID, ObjectType } from "type-graphql";
import { ApiResource } from "./api-resource.ts";
import { ClusterEndpoint } from "./cluster-endpoint.ts";
import { createEnum } from "./create-enum.ts";
import { Health } from "./health.ts";
import { KeyValue } from "./key-value.ts";
import { Node } from "./node.ts";

export const ClusterRole = createEnum("ClusterRole", "Role of a cluster in the fleet.", {
  HOME: "The system home, where fleetgraph's own records live; exactly one.",
  ABROAD: "Any other cluster.",
});
export type ClusterRole = keyof typeof ClusterRole;

@ObjectType({
  description: "A cluster of the fleet. Absent everywhere for a caller who may do nothing in it.",
  implements: [Node],
  simpleResolvers: true,
})
export class Cluster {
  @Field(() => ID, { description: "Opaque; from the name, needs no contact." })
  readonly id!: string;

  @Field(() => String, {
    description: "Permanent name in clusters.yaml; 'outer/inner' for a member of another head node.",
  })
  readonly name!: string;

  @Field(() => ClusterRole, { description: "HOME or ABROAD." })
  readonly role!: ClusterRole;

  @Field(() => [KeyValue], { description: "labels of clusters.yaml." })
  readonly labels!: readonly KeyValue[];

  @Field(() => Boolean, { description: "Whether its configuration has write: true; else mutations answer FORBIDDEN." })
  readonly writable!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "uid of its kube-system namespace, pinned at first contact; null before.",
  })
  readonly uid!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Server version, 'v1.34.1', as last seen; null before first contact.",
  })
  readonly version!: string | null;

  @Field(() => Health, { description: "From own probes of its endpoints." })
  readonly health!: Health;

  @Field(() => [ClusterEndpoint], { description: "API server addresses, in configured order." })
  readonly endpoints!: readonly ClusterEndpoint[];

  @Field(() => [ApiResource], { description: "Kinds it serves (discovery), as last seen; empty before first contact." })
  readonly apiResources!: readonly ApiResource[];
}
