import { Field, Int, ObjectType } from "type-graphql";
import { createEnum } from "./create-enum.ts";
import { ResourceList } from "./resource-list.ts";
import { DateTime } from "./scalars/date-time.ts";

export const ContainerKind = createEnum("ContainerKind", "What a container is in its pod.", {
  REGULAR: "spec.containers.",
  INIT: "spec.initContainers, runs to completion first.",
  SIDECAR: "spec.initContainers with restartPolicy Always.",
  EPHEMERAL: "spec.ephemeralContainers, from kubectl debug.",
});
export type ContainerKind = keyof typeof ContainerKind;

@ObjectType({ description: "End of one run of a container.", simpleResolvers: true })
export class ContainerTermination {
  @Field(() => Int, { description: "Exit code." })
  readonly exitCode!: number;

  @Field(() => Int, { nullable: true, description: "Signal number; null where none." })
  readonly signal!: number | null;

  @Field(() => String, { nullable: true, description: "'Completed', 'Error', 'OOMKilled'." })
  readonly reason!: string | null;

  @Field(() => String, { nullable: true, description: "Its termination message." })
  readonly message!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When this run began." })
  readonly startedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it ended." })
  readonly finishedAt!: string | null;
}

@ObjectType({ description: "A declared port.", simpleResolvers: true })
export class ContainerPort {
  @Field(() => String, { nullable: true, description: "Name; null where unnamed." })
  readonly name!: string | null;

  @Field(() => Int, { description: "containerPort." })
  readonly port!: number;

  @Field(() => String, { description: "'TCP', 'UDP', 'SCTP'." })
  readonly protocol!: string;

  @Field(() => Int, { nullable: true, description: "Port on the node; null where none." })
  readonly hostPort!: number | null;
}

@ObjectType({ description: "A container of a pod, spec and status together.", simpleResolvers: true })
export class Container {
  @Field(() => String, { description: "Name." })
  readonly name!: string;

  @Field(() => ContainerKind, { description: "What it is in its pod." })
  readonly kind!: ContainerKind;

  @Field(() => String, { description: "Image as in the spec; empty where the API server has none." })
  readonly image!: string;

  @Field(() => String, { nullable: true, description: "Image that runs, with digest; null until pulled." })
  readonly imageId!: string | null;

  @Field(() => Boolean, { description: "status.ready." })
  readonly ready!: boolean;

  @Field(() => Int, { description: "restartCount." })
  readonly restarts!: number;

  @Field(() => String, { description: "'Waiting', 'Running', 'Terminated'; 'Waiting' until reported." })
  readonly state!: string;

  @Field(() => String, { nullable: true, description: "Reason of the state: 'ImagePullBackOff', 'OOMKilled'." })
  readonly reason!: string | null;

  @Field(() => String, { nullable: true, description: "Message of the state." })
  readonly message!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When this run began; null while waiting." })
  readonly startedAt!: string | null;

  @Field(() => ContainerTermination, { nullable: true, description: "How this run ended; null unless Terminated." })
  readonly termination!: ContainerTermination | null;

  @Field(() => ContainerTermination, {
    nullable: true,
    description: "How the run before ended; null where there was none.",
  })
  readonly lastTermination!: ContainerTermination | null;

  @Field(() => ResourceList, { description: "resources.requests." })
  readonly requests!: ResourceList;

  @Field(() => ResourceList, { description: "resources.limits." })
  readonly limits!: ResourceList;

  @Field(() => [ContainerPort], { description: "Declared ports." })
  readonly ports!: readonly ContainerPort[];
}
