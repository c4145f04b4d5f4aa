import { ArgsType } from "type-graphql";
import { Kinds, LabelSelector, Namespaces, OrderBy, Where } from "./arguments.ts";
import { ClusterNodeOrder } from "./cluster-node-order.ts";
import { EventOrder } from "./event-order.ts";
import { EventWhere } from "./event-where.ts";
import { NamespaceWhere } from "./namespace-where.ts";
import { ObjectOrder } from "./object-order.ts";
import { PageArgs } from "./page-args.ts";
import { PodOrder } from "./pod-order.ts";
import { ClusterNodeWhere, PodWhere, WorkloadWhere } from "./pod-where.ts";
import { ServiceWhere } from "./service-where.ts";
import type { WorkloadKind } from "./workload-kind.ts";
import { WorkloadOrder } from "./workload-order.ts";

/** What every list that is a relation takes, and every list at the root too. */
@ArgsType()
export class RelationArgs extends PageArgs {
  @LabelSelector()
  readonly labelSelector?: string | null;
}

/** Arguments of `nodes` of a cluster. */
@ArgsType()
export class NodesOfArgs extends RelationArgs {
  @Where(() => ClusterNodeWhere)
  readonly where?: ClusterNodeWhere | null;

  @OrderBy(() => ClusterNodeOrder)
  readonly orderBy?: readonly ClusterNodeOrder[] | null;
}

/** Arguments of `namespaces` of a cluster. */
@ArgsType()
export class NamespacesOfArgs extends RelationArgs {
  @Where(() => NamespaceWhere)
  readonly where?: NamespaceWhere | null;

  @OrderBy(() => ObjectOrder)
  readonly orderBy?: readonly ObjectOrder[] | null;
}

/** Arguments of `pods` of a node, a namespace, a workload, a service. */
@ArgsType()
export class PodsOfArgs extends RelationArgs {
  @Where(() => PodWhere)
  readonly where?: PodWhere | null;

  @OrderBy(() => PodOrder)
  readonly orderBy?: readonly PodOrder[] | null;
}

/** Arguments of `pods` of a cluster. */
@ArgsType()
export class PodsOfClusterArgs extends PodsOfArgs {
  @Namespaces()
  readonly namespaces?: readonly string[] | null;
}

/** Arguments of `replicaSets` of a Deployment and `jobs` of a CronJob. */
@ArgsType()
export class WorkloadsOfOwnerArgs extends RelationArgs {
  @Where(() => WorkloadWhere)
  readonly where?: WorkloadWhere | null;

  @OrderBy(() => WorkloadOrder)
  readonly orderBy?: readonly WorkloadOrder[] | null;
}

/** Arguments of `workloads` of a namespace. */
@ArgsType()
export class WorkloadsOfNamespaceArgs extends WorkloadsOfOwnerArgs {
  @Kinds()
  readonly kinds?: readonly WorkloadKind[] | null;
}

/** Arguments of `workloads` of a cluster. */
@ArgsType()
export class WorkloadsOfClusterArgs extends WorkloadsOfNamespaceArgs {
  @Namespaces()
  readonly namespaces?: readonly string[] | null;
}

/** Arguments of `services` of a namespace. */
@ArgsType()
export class ServicesOfArgs extends RelationArgs {
  @Where(() => ServiceWhere)
  readonly where?: ServiceWhere | null;

  @OrderBy(() => ObjectOrder)
  readonly orderBy?: readonly ObjectOrder[] | null;
}

/** Arguments of `events` of any object. */
@ArgsType()
export class EventsOfArgs extends PageArgs {
  @Where(() => EventWhere)
  readonly where?: EventWhere | null;

  @OrderBy(() => EventOrder, "LAST_SEEN_AT DESC")
  readonly orderBy?: readonly EventOrder[] | null;
}
