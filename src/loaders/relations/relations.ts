import { rowsBy } from "../../cache/row-index.ts";
import { knownResources, workloadResources } from "../../kube/known-resources.ts";
import { splitApiVersion, toResourceName } from "../../kube/resource-id.ts";
import type { ResourceName } from "../../kube/resource-id.ts";
import type { ObjectRow, OwnerRef, PodRow, NodeRow, ServiceRow, WorkloadRow } from "../../kube/rows/row.ts";
import type { ClusterValue } from "../request-context.ts";
import { toClusterValue } from "../cluster-value.ts";
import type { FleetView } from "../fleet-view.ts";
import type { Indexes } from "../indexes.ts";

/** Where one object leads among the kinds that are always cached: synchronous, in one snapshot, and of it what the caller may see. */
export interface Relations {
  cluster(name: string): ClusterValue | null;
  podNode(pod: PodRow): NodeRow | null;
  /** Top of the controller chain; null for a bare pod and where the chain breaks before any workload. */
  podWorkload(pod: PodRow): WorkloadRow | null;
  podServices(pod: PodRow): readonly ServiceRow[];
  nodePods(node: NodeRow): readonly PodRow[];
  /** Pods whose controller chain leads to it, through ReplicaSets and Jobs. */
  workloadPods(workload: WorkloadRow): readonly PodRow[];
  /** ReplicaSets of a Deployment, Jobs of a CronJob. */
  controlledWorkloads(owner: WorkloadRow): readonly WorkloadRow[];
  servicePods(service: ServiceRow): readonly PodRow[];
}

const { nodes, pods, services, replicasets, jobs } = knownResources;

const workloadNames: ReadonlyMap<string, ResourceName> = new Map(
  workloadResources.map((resource) => [`${resource.group}/${resource.kind}`, toResourceName(resource)]),
);

/** What stands between a workload and its pods. */
const between: Readonly<Record<string, ResourceName>> = {
  Deployment: toResourceName(replicasets),
  CronJob: toResourceName(jobs),
};

export function createRelations(view: FleetView, indexes: Indexes): Relations {
  const clusterValues = new Map<string, ClusterValue | null>();
  const tops = new Map<string, WorkloadRow | null>();

  const controller = (row: ObjectRow): WorkloadRow | null => {
    const owner = row.ownerRefs[0];
    if (owner === undefined || !owner.controller) return null;
    const name = workloadNames.get(`${splitApiVersion(owner.apiVersion).group}/${owner.kind}`);
    if (name === undefined) return null;
    const found = view.get(row.clusterName, name, row.namespace ?? "", owner.name);
    // Another uid is another object of the same name.
    return found?.uid === owner.uid ? (found as WorkloadRow) : null;
  };

  const top = (row: ObjectRow, depth: number): WorkloadRow | null => {
    const owner = row.ownerRefs[0];
    if (owner === undefined || !owner.controller) return null;
    const key = topKey(row, owner);
    const known = tops.get(key);
    if (known !== undefined) return known;
    const direct = controller(row);
    // Owners are two levels deep; a cycle of hand-made references must end all the same.
    const found = direct === null ? null : depth === 0 ? direct : (top(direct, depth - 1) ?? direct);
    tops.set(key, found);
    return found;
  };

  const controlledBy = <Row extends ObjectRow>(owner: WorkloadRow, resource: ResourceName): readonly Row[] => {
    const partition = view.partition(owner.clusterName, resource, owner.namespace);
    if (partition === undefined) return [];
    return (indexes.byController.at(partition).get(owner.uid) ?? []) as readonly ObjectRow[] as readonly Row[];
  };

  const controlledWorkloads = (owner: WorkloadRow): readonly WorkloadRow[] => {
    const resource = between[owner.kind];
    return resource === undefined ? [] : controlledBy<WorkloadRow>(owner, resource);
  };

  return {
    cluster(name) {
      let value = clusterValues.get(name);
      if (value === undefined) {
        const cluster = view.cluster(name);
        clusterValues.set(name, (value = cluster === undefined ? null : toClusterValue(cluster)));
      }
      return value;
    },
    podNode: (pod) =>
      pod.nodeName === null
        ? null
        : ((view.get(pod.clusterName, nodes.plural, "", pod.nodeName) as NodeRow | undefined) ?? null),
    podWorkload: (pod) => top(pod, 5),
    podServices(pod) {
      const partition = view.partition(pod.clusterName, services.plural, pod.namespace);
      const rows = (partition?.rows ?? []) as readonly ServiceRow[];
      return rows.filter(({ selectorMap }) => selects(selectorMap, pod.labelMap));
    },
    nodePods: (node) =>
      rowsBy(
        indexes.byNode,
        { partitions: view.partitions(node.clusterName, pods.plural) },
        node.name,
      ) as readonly PodRow[],
    workloadPods(workload) {
      const owners = between[workload.kind] === undefined ? [workload] : controlledWorkloads(workload);
      return owners.flatMap((owner) => controlledBy<PodRow>(owner, pods.plural)).sort(byName);
    },
    controlledWorkloads,
    servicePods(service) {
      const partition = view.partition(service.clusterName, pods.plural, service.namespace);
      const [first] = Object.entries(service.selectorMap);
      if (partition === undefined || first === undefined) return [];
      const candidates = indexes.byLabel.at(partition).of(first[0]).get(first[1]) ?? [];
      return (candidates as readonly PodRow[]).filter(({ labelMap }) => selects(service.selectorMap, labelMap));
    },
  };
}

function topKey(row: ObjectRow, owner: OwnerRef): string {
  return `${row.clusterName}|${row.namespace ?? ""}|${owner.kind}|${owner.name}|${owner.uid}`;
}

/** Whether a service's selector chooses these labels; an empty one chooses nothing. */
function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}

function byName(a: PodRow, b: PodRow): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
