import { Field, Float, ObjectType } from "type-graphql";
import { Condition } from "./condition.ts";
import { Health } from "./health.ts";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { ResourceList } from "./resource-list.ts";
import { DateTime } from "./scalars/date-time.ts";

@ObjectType({ description: "One of status.addresses.", simpleResolvers: true })
export class NodeAddress {
  @Field(() => String, { description: "'InternalIP', 'ExternalIP', 'Hostname'." })
  readonly type!: string;

  @Field(() => String, { description: "Address or name." })
  readonly address!: string;
}

@ObjectType({ description: "One of spec.taints.", simpleResolvers: true })
export class Taint {
  @Field(() => String, { description: "Key." })
  readonly key!: string;

  @Field(() => String, { nullable: true, description: "Value; null where unset." })
  readonly value!: string | null;

  @Field(() => String, { description: "'NoSchedule', 'PreferNoSchedule', 'NoExecute'." })
  readonly effect!: string;

  @Field(() => DateTime, { nullable: true, description: "When added; only of NoExecute." })
  readonly timeAdded!: string | null;
}

@ObjectType({
  description: "Place of a node, decoded from its labels; each null where its label is absent or unreadable.",
  simpleResolvers: true,
})
export class Geo {
  @Field(() => String, { nullable: true, description: "Name as in the label: 'Europe'." })
  readonly continent!: string | null;

  @Field(() => String, { nullable: true, description: "ISO 3166-1 alpha-2: 'FR'." })
  readonly countryIso!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "ISO 3166-2 part after the country: 'IDF'; the country where it has no subdivision.",
  })
  readonly stateIso!: string | null;

  @Field(() => String, { nullable: true, description: "Name as in the label: 'New_York'." })
  readonly city!: string | null;

  @Field(() => Float, { nullable: true, description: "Degrees, north positive." })
  readonly latitude!: number | null;

  @Field(() => Float, { nullable: true, description: "Degrees, east positive." })
  readonly longitude!: number | null;
}

@ObjectType({
  description: "A Kubernetes node (Node is the Relay interface).",
  implements: [Node, KubernetesObject],
  simpleResolvers: true,
})
export class ClusterNode extends KubernetesObject {
  @Field(() => String, { nullable: true, description: "Always null: cluster-scoped." })
  override readonly namespace!: null;

  @Field(() => Boolean, { description: "Condition Ready is 'True'." })
  readonly ready!: boolean;

  @Field(() => Boolean, { description: "Not cordoned: spec.unschedulable is false." })
  readonly schedulable!: boolean;

  @Field(() => Health, { description: "Computed from conditions." })
  readonly health!: Health;

  @Field(() => [String], { description: "From node-role.kubernetes.io/* labels: 'control-plane'." })
  readonly roles!: readonly string[];

  @Field(() => [NodeAddress], { description: "status.addresses." })
  readonly addresses!: readonly NodeAddress[];

  @Field(() => [Condition], { description: "status.conditions." })
  readonly conditions!: readonly Condition[];

  @Field(() => [Taint], { description: "spec.taints." })
  readonly taints!: readonly Taint[];

  @Field(() => ResourceList, { description: "status.capacity: all there is." })
  readonly capacity!: ResourceList;

  @Field(() => ResourceList, { description: "status.allocatable: what pods may request." })
  readonly allocatable!: ResourceList;

  @Field(() => Geo, {
    nullable: true,
    description:
      "Place by its edge-net.io/* labels; null where it has none. Why there is none is an event of the node.",
  })
  readonly geo!: Geo | null;

  @Field(() => String, { nullable: true, description: "spec.providerID." })
  readonly providerId!: string | null;

  @Field(() => [String], { description: "spec.podCIDRs." })
  readonly podCidrs!: readonly string[];

  @Field(() => String, { nullable: true, description: "'v1.34.1'; null until its kubelet reports." })
  readonly kubeletVersion!: string | null;

  @Field(() => String, { nullable: true, description: "'containerd://2.1.4'." })
  readonly containerRuntimeVersion!: string | null;

  @Field(() => String, { nullable: true, description: "'Debian GNU/Linux 13'." })
  readonly osImage!: string | null;

  @Field(() => String, { nullable: true, description: "uname -r." })
  readonly kernelVersion!: string | null;

  @Field(() => String, { nullable: true, description: "'linux'." })
  readonly operatingSystem!: string | null;

  @Field(() => String, { nullable: true, description: "'amd64'." })
  readonly architecture!: string | null;
}
