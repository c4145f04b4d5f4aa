import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { specOf, statusOf, writeOptions } from "./controller.ts";
import type { ControllerContext } from "./controller.ts";
import { toPortions } from "./deployment-status.ts";
import type { DeploymentSpec, SetStatus } from "./deployment-status.ts";

const manager = "kube-controller-manager";
const component = "deployment-controller";

/** spec.replicas of a ReplicaSet. */
export function sizeOf(set: KubeObject): number {
  return specOf<{ replicas?: number }>(set).replicas ?? 1;
}

/** Scales a ReplicaSet of the Deployment, and says so in an Event of the Deployment. */
export async function scaleSet(
  { client, events, view }: ControllerContext,
  deployment: KubeObject,
  set: KubeObject,
  replicas: number,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = "", name } = set.metadata;
  const size = sizeOf(set);
  if (size === replicas) return;
  const current = view.get(knownResources.replicasets, namespace, name) ?? set;
  const scaled = { ...current, spec: { ...specOf<object>(current), replicas } };
  await client.replace(knownResources.replicasets, scaled, writeOptions(signal, manager));
  const message = `Scaled ${replicas > size ? "up" : "down"} replica set ${name} from ${size} to ${replicas}`;
  await events.record(deployment, { type: "Normal", reason: "ScalingReplicaSet", message, component }, signal);
}

/** One step from the old sets to the newest, within maxSurge and maxUnavailable. */
export async function roll(
  context: ControllerContext,
  deployment: KubeObject,
  newest: KubeObject,
  old: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  const { replicas = 1, strategy } = specOf<DeploymentSpec>(deployment);
  const scale = (set: KubeObject, to: number): Promise<void> => scaleSet(context, deployment, set, to, signal);
  const available = (set: KubeObject): number => statusOf<SetStatus>(set).availableReplicas ?? 0;
  const oldSize = old.reduce((sum, set) => sum + sizeOf(set), 0);
  if (strategy?.type === "Recreate") {
    for (const set of old) await scale(set, 0);
    const oldPods = old.flatMap((set) => context.view.controlledBy(knownResources.pods, set.metadata.uid ?? ""));
    // Terminating ones count: they still run.
    if (oldPods.every((pod) => ["Succeeded", "Failed"].includes(statusOf<{ phase?: string }>(pod).phase ?? ""))) await scale(newest, replicas); // prettier-ignore
    return;
  }
  if (oldSize === 0) return scale(newest, replicas);
  const { surge, unavailable } = toPortions(strategy, replicas);
  const room = replicas + surge - oldSize - sizeOf(newest);
  const size = Math.min(replicas, sizeOf(newest) + Math.max(0, room));
  await scale(newest, size);
  // Pods that are not available go first; of the others as many as leave replicas - maxUnavailable.
  let spare = Math.max(0, available(newest) + old.reduce((sum, set) => sum + available(set), 0) - (replicas - unavailable)); // prettier-ignore
  for (const set of old) {
    const unready = Math.max(0, sizeOf(set) - available(set));
    const healthy = Math.min(available(set), sizeOf(set), spare);
    spare -= healthy;
    await scale(set, Math.max(0, sizeOf(set) - unready - healthy));
  }
}

/** Deletes the oldest sets that are down to nothing, beyond the history that is to be kept. */
export async function forget(
  { client }: ControllerContext,
  old: readonly KubeObject[],
  limit: number,
  signal: AbortSignal,
): Promise<void> {
  const idle = old.filter((set) => sizeOf(set) === 0 && (statusOf<SetStatus>(set).replicas ?? 0) === 0);
  for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit))) {
    const at = { namespace: metadata.namespace ?? "", name: metadata.name };
    await client.delete(knownResources.replicasets, at, { propagationPolicy: "Background" }, writeOptions(signal, manager)); // prettier-ignore
  }
}
