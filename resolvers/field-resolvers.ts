import type { ClassType } from "type-graphql";
import { ClusterNodeConnection } from "../schema/cluster-node-connection.ts";
import { ClusterNodeGroup } from "../schema/cluster-node-group.ts";
import type { OutputClass } from "../schema/connection.ts";
import { CronJobConnection } from "../schema/cron-job-connection.ts";
import { DaemonSetConnection } from "../schema/daemon-set-connection.ts";
import { DeploymentConnection } from "../schema/deployment-connection.ts";
import { EventConnection } from "../schema/event-connection.ts";
import { ClusterNodeGroupArgs, ObjectGroupArgs, PodGroupArgs, WorkloadGroupArgs } from "../schema/group-args.ts";
import { JobConnection } from "../schema/job-connection.ts";
import { KubernetesObjectConnection } from "../schema/kubernetes-object-connection.ts";
import { NamespaceConnection } from "../schema/namespace-connection.ts";
import { ObjectGroup } from "../schema/object-group.ts";
import { PodConnection } from "../schema/pod-connection.ts";
import { PodGroup } from "../schema/pod-group.ts";
import { ReplicaSetConnection } from "../schema/replica-set-connection.ts";
import { ServiceConnection } from "../schema/service-connection.ts";
import { StatefulSetConnection } from "../schema/stateful-set-connection.ts";
import { WorkloadConnection } from "../schema/workload-connection.ts";
import { WorkloadGroup } from "../schema/workload-group.ts";
import { ClusterNodeResolver } from "./cluster-node-resolver.ts";
import { ClusterResolver } from "./cluster-resolver.ts";
import { CronJobResolver } from "./cron-job-resolver.ts";
import { DeploymentResolver } from "./deployment-resolver.ts";
import { createGroupByResolver } from "./group-by-resolver.ts";
import { HealthChangedResolver } from "./health-changed-resolver.ts";
import { KubernetesObjectResolver } from "./kubernetes-object-resolver.ts";
import { NamespaceResolver } from "./namespace-resolver.ts";
import { PodResolver } from "./pod-resolver.ts";
import { ReadStateResolver } from "./read-state-resolver.ts";
import { ConfigReferenceResolver, ObjectReferenceResolver, OwnerReferenceResolver } from "./reference-resolvers.ts";
import { ServiceResolver } from "./service-resolver.ts";
import { ViewerResolver } from "./viewer-resolver.ts";
import { WorkloadResolver } from "./workload-resolver.ts";

/** The resolver classes of fields, by the GraphQL type or interface they add to. */
export const fieldResolvers: Readonly<Record<string, ClassType>> = {
  KubernetesObject: KubernetesObjectResolver,
  Workload: WorkloadResolver,
  Cluster: ClusterResolver,
  ClusterNode: ClusterNodeResolver,
  ClusterReadState: ReadStateResolver,
  ConfigReference: ConfigReferenceResolver,
  CronJob: CronJobResolver,
  Deployment: DeploymentResolver,
  HealthChanged: HealthChangedResolver,
  Namespace: NamespaceResolver,
  ObjectReference: ObjectReferenceResolver,
  OwnerReference: OwnerReferenceResolver,
  Pod: PodResolver,
  Service: ServiceResolver,
  Viewer: ViewerResolver,
  PodConnection: createGroupByResolver({ connection: PodConnection, group: PodGroup, args: PodGroupArgs }),
  ClusterNodeConnection: createGroupByResolver({
    connection: ClusterNodeConnection,
    group: ClusterNodeGroup,
    args: ClusterNodeGroupArgs,
  }),
  ...groupedAsObjects({ EventConnection, KubernetesObjectConnection, NamespaceConnection, ServiceConnection }),
  ...groupedAsWorkloads({
    CronJobConnection,
    DaemonSetConnection,
    DeploymentConnection,
    JobConnection,
    ReplicaSetConnection,
    StatefulSetConnection,
    WorkloadConnection,
  }),
};

type Connections = Readonly<Record<string, OutputClass>>;

function groupedAsObjects(connections: Connections): Record<string, ClassType> {
  return mapValues(connections, (connection) =>
    createGroupByResolver({ connection, group: ObjectGroup, args: ObjectGroupArgs }),
  );
}

function groupedAsWorkloads(connections: Connections): Record<string, ClassType> {
  return mapValues(connections, (connection) =>
    createGroupByResolver({ connection, group: WorkloadGroup, args: WorkloadGroupArgs }),
  );
}

function mapValues(connections: Connections, make: (each: OutputClass) => ClassType): Record<string, ClassType> {
  return Object.fromEntries(Object.entries(connections).map(([name, each]) => [name, make(each)]));
}
