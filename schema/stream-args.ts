import { ArgsType, Field } from "type-graphql";
import { ApiVersion, Clusters, Kind, Kinds, LabelSelector, Namespaces, Where } from "./arguments.ts";
import { ObjectWhere } from "./object-where.ts";
import { ClusterNodeWhere, PodWhere, WorkloadWhere } from "./pod-where.ts";
import type { WorkloadKind } from "./workload-kind.ts";

/** What every stream of objects takes. */
@ArgsType()
export class ChangesArgs {
  @LabelSelector()
  readonly labelSelector?: string | null;

  @Clusters()
  readonly clusters?: readonly string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "A cursor of the same stream and arguments: resume there, on any replica.",
  })
  readonly after?: string | null;

  @Field(() => Boolean, {
    defaultValue: true,
    description:
      "Begin with what there is; false: SYNCED comes first, then changes. Without meaning where after can be replayed.",
  })
  readonly snapshot!: boolean;
}

/** Arguments of `Subscription.nodesChanged`. */
@ArgsType()
export class NodesChangedArgs extends ChangesArgs {
  @Where(() => ClusterNodeWhere)
  readonly where?: ClusterNodeWhere | null;
}

/** The same, of kinds that live in namespaces. */
@ArgsType()
export class NamespacedChangesArgs extends ChangesArgs {
  @Namespaces()
  readonly namespaces?: readonly string[] | null;
}

/** Arguments of `Subscription.podsChanged`. */
@ArgsType()
export class PodsChangedArgs extends NamespacedChangesArgs {
  @Where(() => PodWhere)
  readonly where?: PodWhere | null;
}

/** Arguments of `Subscription.workloadsChanged`. */
@ArgsType()
export class WorkloadsChangedArgs extends NamespacedChangesArgs {
  @Kinds()
  readonly kinds?: readonly WorkloadKind[] | null;

  @Where(() => WorkloadWhere)
  readonly where?: WorkloadWhere | null;
}

/** Arguments of `Subscription.resourcesChanged`. */
@ArgsType()
export class ResourcesChangedArgs extends NamespacedChangesArgs {
  @ApiVersion()
  readonly apiVersion!: string;

  @Kind()
  readonly kind!: string;

  @Where(() => ObjectWhere)
  readonly where?: ObjectWhere | null;
}

/** Arguments of a stream without snapshot: `Subscription.healthChanged`. */
@ArgsType()
export class HealthChangedArgs {
  @Clusters()
  readonly clusters?: readonly string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "A cursor of the same stream and arguments; CURSOR_INVALID where it is too old to replay.",
  })
  readonly after?: string | null;
}

/** Arguments of `Subscription.nodeLabelsChanged`. */
@ArgsType()
export class NodeLabelsChangedArgs extends HealthChangedArgs {
  @Where(() => ClusterNodeWhere)
  readonly where?: ClusterNodeWhere | null;

  @LabelSelector()
  readonly labelSelector?: string | null;
}
