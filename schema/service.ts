import { Field, Int, ObjectType } from "type-graphql";
import { KeyValue } from "./key-value.ts";
import { KubernetesObject } from "./kubernetes-object.ts";
import { Node } from "./node.ts";
import { Pod } from "./pod.ts";

@ObjectType({ description: "A port of a Service.", simpleResolvers: true })
export class ServicePort {
  @Field(() => String, { nullable: true, description: "Name; null where unnamed." })
  readonly name!: string | null;

  @Field(() => String, { description: "'TCP', 'UDP', 'SCTP'." })
  readonly protocol!: string;

  @Field(() => Int, { description: "Port of the Service." })
  readonly port!: number;

  @Field(() => String, { nullable: true, description: "Port number or name in the pod." })
  readonly targetPort!: string | null;

  @Field(() => Int, { nullable: true, description: "Port on every node; null where none." })
  readonly nodePort!: number | null;

  @Field(() => String, { nullable: true, description: "'http', 'kubernetes.io/h2c'." })
  readonly appProtocol!: string | null;
}

@ObjectType({ description: "A backend of a Service.", simpleResolvers: true })
export class ServiceEndpoint {
  @Field(() => [String], { description: "IP addresses or names." })
  readonly addresses!: readonly string[];

  @Field(() => Boolean, { description: "Whether it takes traffic." })
  readonly ready!: boolean;

  @Field(() => Boolean, { description: "Whether it answers, terminating or not." })
  readonly serving!: boolean;

  @Field(() => Boolean, { description: "Whether it is going." })
  readonly terminating!: boolean;

  @Field(() => String, { nullable: true, description: "Node it is on." })
  readonly nodeName!: string | null;

  @Field(() => Pod, {
    nullable: true,
    description: "The pod behind it; null where there is none or it may not be seen.",
  })
  readonly pod!: Pod | null;
}

@ObjectType({ description: "A Service.", implements: [Node, KubernetesObject], simpleResolvers: true })
export class Service extends KubernetesObject {
  @Field(() => String, { description: "metadata.namespace." })
  override readonly namespace!: string;

  @Field(() => String, { description: "'ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'." })
  readonly type!: string;

  @Field(() => [String], { description: "spec.clusterIPs; 'None' for a headless one, empty for ExternalName." })
  readonly clusterIps!: readonly string[];

  @Field(() => String, { nullable: true, description: "spec.externalName; null unless ExternalName." })
  readonly externalName!: string | null;

  @Field(() => [String], {
    description: "What kubectl prints under EXTERNAL-IP: load balancer addresses and names, externalIPs.",
  })
  readonly externalAddresses!: readonly string[];

  @Field(() => [ServicePort], { description: "spec.ports." })
  readonly ports!: readonly ServicePort[];

  @Field(() => [KeyValue], { description: "spec.selector; empty where endpoints are kept by hand." })
  readonly selector!: readonly KeyValue[];
}
