import { createController } from "../runtime/controller.ts";
import { systemIdentity } from "../../kube/identity.ts";
import { isKubeError } from "../../kube/kube-error.ts";
import { knownResources } from "../../kube/known-resources.ts";
import { geolabelerManager, planGeoLabels } from "./reconcile.ts";
import { eventNamespace, toGeoEvent } from "./to-event.ts";
import type { FleetCache } from "../../cache/fleet-cache.ts";
import type { Cluster, ClusterRegistry } from "../../cluster/cluster.ts";
import type { GeoReader } from "../../domain/geo/geo-database.ts";
import type { CallOptions } from "../../kube/client.ts";
import type { NodeRow } from "../../kube/rows/row.ts";
import type { Random } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Runnable } from "../../lib/runnable.ts";
import type { GeoNote, GeoPlan } from "./reconcile.ts";

export interface GeolabelerOptions {
  readonly registry: Pick<ClusterRegistry, "get" | "list" | "subscribe">;
  readonly cache: Pick<FleetCache, "snapshot" | "subscribe">;
  /** `subscribe` tells when another database is in use, so that every node is looked at again. */
  readonly database: GeoReader & { subscribe(listener: () => void): () => void };
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const { nodes, events } = knownResources;

/** Names in the queue: a cluster's name has no bar, a node's neither. */
const toKey = (cluster: string, node: string): string => `${cluster}|${node}`;

/**
 * Keeps the geolabels of every node of every writable cluster as the database has them (EN-16..20). Nodes are read from the cache; one
 * server-side apply is sent where labels differ, none where they do not, so that its own write ends in nothing to do and replicas converge.
 */
export function createGeolabeler(options: GeolabelerOptions): Runnable {
  const { registry, cache, clock, logger } = options;
  /** The version each node had when it was last written to: until the cache shows a later one, writing again is of no use. */
  const written = new Map<string, string>();
  /** What was last told of each node, so that an Event is sent for news only. */
  const told = new Map<string, string>();

  const nodesOf = (cluster: string): readonly NodeRow[] => {
    const partitions = cache.snapshot().resource(cluster, nodes.plural)?.partitions ?? [];
    return partitions.flatMap(({ rows }) => rows as readonly NodeRow[]);
  };

  return createController({
    name: "geolabeler",
    clock,
    random: options.random,
    logger,
    start(enqueue) {
      const enqueueCluster = ({ name }: Cluster): void => {
        for (const node of nodesOf(name)) enqueue(toKey(name, node.name));
      };
      const undo = [
        cache.subscribe((event) => {
          if (event.type !== "change" || event.change.resource !== nodes.plural) return;
          const { cluster, before, after } = event.change;
          enqueue(toKey(cluster, (after ?? before)!.name));
        }),
        registry.subscribe((change) => {
          if (change.type === "joined") enqueueCluster(change.cluster);
        }),
        options.database.subscribe(() => {
          // Another database may know what this version of a node did not have.
          written.clear();
          registry.list().forEach(enqueueCluster);
        }),
      ];
      registry.list().forEach(enqueueCluster);
      return () => undo.forEach((stop) => stop());
    },

    async reconcile(key, signal) {
      const bar = key.indexOf("|");
      const cluster = registry.get(key.slice(0, bar));
      const node = cache
        .snapshot()
        .resource(key.slice(0, bar), nodes.plural)
        ?.get("", key.slice(bar + 1)) as NodeRow | undefined;
      if (cluster === undefined || node === undefined) {
        written.delete(key);
        told.delete(key);
        return "settled";
      }
      if (!cluster.writable) return "settled";
      const plan = planGeoLabels(node, options.database);
      const call: CallOptions = { signal: AbortSignal.any([signal, cluster.signal]), as: systemIdentity("geolabeler") };
      if (plan.apply !== undefined && written.get(key) !== node.resourceVersion) {
        await applyLabels(cluster, node, plan.apply, call);
        written.set(key, node.resourceVersion);
        logger.info("geolabels written", { cluster: cluster.name, node: node.name, labels: plan.apply });
      }
      if (plan.note !== undefined && told.get(key) !== plan.note.message) {
        await tell(cluster, node, plan.note, call);
        told.set(key, plan.note.message);
      }
      return "settled";
    },
  });

  async function tell(cluster: Cluster, node: NodeRow, note: GeoNote, call: CallOptions): Promise<void> {
    const event = toGeoEvent(node, note, new Date(clock.now()));
    try {
      await cluster.client.create(events, event, { ...call, fieldManager: geolabelerManager });
    } catch (error) {
      // Another replica has said it, or we may not: the labels matter more than the word about them.
      if (isKubeError(error, "AlreadyExists", "Forbidden")) return;
      throw error;
    }
    logger.debug("geolabel event sent", { cluster: cluster.name, node: node.name, namespace: eventNamespace });
  }
}

/** The uid keeps an apply from making a node anew that was deleted meanwhile: the API server answers Conflict. */
async function applyLabels(
  cluster: Cluster,
  node: NodeRow,
  labels: NonNullable<GeoPlan["apply"]>,
  call: CallOptions,
): Promise<void> {
  const body = { apiVersion: "v1", kind: "Node", metadata: { name: node.name, uid: node.uid, labels } };
  const options = { ...call, fieldManager: geolabelerManager };
  await cluster.client.patch(nodes, { name: node.name }, { type: "apply", body, force: true }, options);
}
