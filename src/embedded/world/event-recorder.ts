import type { KubeClient } from "../../kube/client.ts";
import { isKubeError } from "../../kube/kube-error.ts";
import { systemIdentity } from "../../kube/identity.ts";
import { knownResources } from "../../kube/known-resources.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { Clock } from "../../lib/clock.ts";

/** One thing that happened to an object. */
export interface ClusterEvent {
  readonly type: "Normal" | "Warning";
  /** "Scheduled". */
  readonly reason: string;
  readonly message: string;
  /** Who says so: "kubelet". */
  readonly component: string;
  /** The node it happened on. */
  readonly host?: string;
  /** "spec.containers{main}". */
  readonly fieldPath?: string;
}

/** Writes Kubernetes Events. */
export interface EventRecorder {
  /**
   * Counts up the Event that says the same of the same object, or writes a new one. Never throws: an Event that cannot be written (its namespace
   * is going) is lost.
   */
  record(object: KubeObject, event: ClusterEvent, signal: AbortSignal): Promise<void>;
}

/** How many kinds of Events are remembered for counting up; the least recent is forgotten first. */
const remembered = 2_000;

export function createEventRecorder(client: KubeClient, clock: Clock): EventRecorder {
  const { events } = knownResources;
  const seen = new Map<string, { readonly namespace: string; readonly name: string; count: number }>();
  let lastNs = 0n;

  /** As client-go names Events: the object's name and the nanoseconds in hexadecimal, here made to grow. */
  const toName = ({ metadata }: KubeObject): string => {
    const nowNs = BigInt(clock.now()) * 1_000_000n;
    lastNs = nowNs > lastNs ? nowNs : lastNs + 1n;
    return `${metadata.name}.${lastNs.toString(16)}`;
  };
  const remember = (id: string, entry: { namespace: string; name: string; count: number }): void => {
    seen.delete(id);
    seen.set(id, entry);
    const [oldest] = seen.keys();
    if (seen.size > remembered && oldest !== undefined) seen.delete(oldest);
  };

  return {
    async record(object, event, signal) {
      const { component } = event;
      const options = { signal, as: systemIdentity(component), fieldManager: component };
      const lastTimestamp = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
      const id = [object.metadata.uid, event.type, event.reason, event.message, component, event.fieldPath].join(" ");
      const known = seen.get(id);
      try {
        if (known !== undefined) {
          const count = known.count + 1;
          try {
            await client.patch(events, known, { type: "merge", body: { count, lastTimestamp } }, options);
            remember(id, { ...known, count });
            return;
          } catch (error) {
            // Expired, or deleted by somebody: it begins anew.
            if (!isKubeError(error, "NotFound")) throw error;
          }
        }
        const created = toEvent(object, event, { name: toName(object), timestamp: lastTimestamp });
        await client.create(events, created, options);
        remember(id, { namespace: created.metadata.namespace ?? "", name: created.metadata.name, count: 1 });
      } catch (error) {
        if (!isKubeError(error)) throw error;
      }
    },
  };
}

/** core/v1 Event; those of cluster-scoped objects lie in "default", and nodes are named by their name for a uid, as kubelets do. */
function toEvent(
  object: KubeObject,
  { type, reason, message, component, host, fieldPath }: ClusterEvent,
  { name, timestamp }: { readonly name: string; readonly timestamp: string },
): KubeObject {
  const { metadata, apiVersion, kind } = object;
  const namespace = metadata.namespace ?? "default";
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace },
    involvedObject: {
      apiVersion,
      kind,
      name: metadata.name,
      uid: kind === "Node" ? metadata.name : metadata.uid,
      ...(metadata.namespace === undefined ? {} : { namespace }),
      ...(kind === "Node" ? {} : { resourceVersion: metadata.resourceVersion }),
      ...(fieldPath === undefined ? {} : { fieldPath }),
    },
    type,
    reason,
    message,
    source: { component, ...(host === undefined ? {} : { host }) },
    firstTimestamp: timestamp,
    lastTimestamp: timestamp,
    count: 1,
    reportingComponent: component,
    reportingInstance: host ?? "",
  };
}
