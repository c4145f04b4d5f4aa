import { ArgsType } from "type-graphql";
import {
  ApiVersion,
  Clusters,
  FieldSelector,
  Kind,
  Kinds,
  MaxStalenessOfList,
  Namespaces,
  OrderBy,
  ReadAfter,
  Where,
} from "./arguments.ts";
import { ClusterNodeOrder } from "./cluster-node-order.ts";
import { ClusterWhere } from "./cluster-where.ts";
import { EventOrder } from "./event-order.ts";
import { EventWhere } from "./event-where.ts";
import { NamespaceWhere } from "./namespace-where.ts";
import { ObjectOrder } from "./object-order.ts";
import { ObjectWhere } from "./object-where.ts";
import { PageArgs } from "./page-args.ts";
import { PodOrder } from "./pod-order.ts";
import { ClusterNodeWhere, PodWhere, WorkloadWhere } from "./pod-where.ts";
import { RelationArgs } from "./relation-args.ts";
import { ServiceWhere } from "./service-where.ts";
import type { WorkloadKind } from "./workload-kind.ts";
import { WorkloadOrder } from "./workload-order.ts";

/** Arguments of `Query.clusters`. */
@ArgsType()
export class ClustersArgs extends PageArgs {
  @Where(() => ClusterWhere)
  readonly where?: ClusterWhere | null;
}

/** What every list of objects at the root takes. */
@ArgsType()
export class RootListArgs extends RelationArgs {
  @Clusters()
  readonly clusters?: readonly string[] | null;

  @MaxStalenessOfList()
  readonly maxStaleness?: string | null;

  @ReadAfter()
  readonly readAfter?: string | null;
}

/** Arguments of `Query.workloads`, which has no fieldSelector: its kinds take different ones. */
@ArgsType()
export class WorkloadsArgs extends RootListArgs {
  @Kinds()
  readonly kinds?: readonly WorkloadKind[] | null;

  @Where(() => WorkloadWhere)
  readonly where?: WorkloadWhere | null;

  @Namespaces()
  readonly namespaces?: readonly string[] | null;

  @OrderBy(() => WorkloadOrder)
  readonly orderBy?: readonly WorkloadOrder[] | null;
}

/** What every list of one kind at the root takes. */
@ArgsType()
export class KindListArgs extends RootListArgs {
  @FieldSelector()
  readonly fieldSelector?: string | null;
}

/** The same, of a kind that lives in namespaces. */
@ArgsType()
export class NamespacedListArgs extends KindListArgs {
  @Namespaces()
  readonly namespaces?: readonly string[] | null;
}

/** Arguments of `Query.nodes`. */
@ArgsType()
export class NodesArgs extends KindListArgs {
  @Where(() => ClusterNodeWhere)
  readonly where?: ClusterNodeWhere | null;

  @OrderBy(() => ClusterNodeOrder)
  readonly orderBy?: readonly ClusterNodeOrder[] | null;
}

/** Arguments of `Query.namespaces`. */
@ArgsType()
export class NamespacesArgs extends KindListArgs {
  @Where(() => NamespaceWhere)
  readonly where?: NamespaceWhere | null;

  @OrderBy(() => ObjectOrder)
  readonly orderBy?: readonly ObjectOrder[] | null;
}

/** Arguments of `Query.pods`. */
@ArgsType()
export class PodsArgs extends NamespacedListArgs {
  @Where(() => PodWhere)
  readonly where?: PodWhere | null;

  @OrderBy(() => PodOrder)
  readonly orderBy?: readonly PodOrder[] | null;
}

/** Arguments of `Query.deployments` and the other lists of one workload kind. */
@ArgsType()
export class WorkloadsOfKindArgs extends NamespacedListArgs {
  @Where(() => WorkloadWhere)
  readonly where?: WorkloadWhere | null;

  @OrderBy(() => WorkloadOrder)
  readonly orderBy?: readonly WorkloadOrder[] | null;
}

/** Arguments of `Query.services`. */
@ArgsType()
export class ServicesArgs extends NamespacedListArgs {
  @Where(() => ServiceWhere)
  readonly where?: ServiceWhere | null;

  @OrderBy(() => ObjectOrder)
  readonly orderBy?: readonly ObjectOrder[] | null;
}

/** Arguments of `Query.events`. */
@ArgsType()
export class EventsArgs extends NamespacedListArgs {
  @Where(() => EventWhere)
  readonly where?: EventWhere | null;

  @OrderBy(() => EventOrder, "LAST_SEEN_AT DESC")
  readonly orderBy?: readonly EventOrder[] | null;
}

/** Arguments of `Query.resources`. */
@ArgsType()
export class ResourcesArgs extends NamespacedListArgs {
  @ApiVersion("'v1', 'apps/v1', 'cert-manager.io/v1'.")
  readonly apiVersion!: string;

  @Kind("'ConfigMap'.")
  readonly kind!: string;

  @Where(() => ObjectWhere)
  readonly where?: ObjectWhere | null;

  @OrderBy(() => ObjectOrder)
  readonly orderBy?: readonly ObjectOrder[] | null;
}
