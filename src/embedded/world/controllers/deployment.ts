import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import type { ResourceId } from "../../../kube/resource-id.ts";
import { controllerOf } from "../view.ts";
import { controllerRef, isSame, isTerminating, ownKey, specOf, splitKey, statusOf, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext } from "./controller.ts";
import { toDeploymentStatus, toPortions } from "./deployment-status.ts";
import type { DeploymentSpec, SetStatus } from "./deployment-status.ts";
import { hashLabel, hashTemplate, isSameTemplate } from "./pod-template-hash.ts";
import type { PodTemplate } from "./pods-of-template.ts";

const manager = "kube-controller-manager";
const component = "deployment-controller";
const revisionKey = "deployment.kubernetes.io/revision";
/** Not copied to ReplicaSets: they say something of the Deployment alone. */
const ownAnnotations: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  revisionKey,
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
]);

/** Keeps one ReplicaSet for each pod template and rolls from the old ones to the newest, as `kubectl rollout` expects. */
export function createDeploymentController(context: ControllerContext): Controller {
  const { view, client } = context;
  const { deployments, replicasets } = knownResources;
  return {
    name: "deployment",
    keysFor(resource, object, type) {
      if (toResourceName(resource) !== "pods") return ownKey(deployments, replicasets, resource, object);
      // Recreate waits for the last old pod.
      const owner = type === "DELETED" ? controllerOf(object) : undefined;
      const set = view.get(replicasets, object.metadata.namespace ?? "", owner?.name ?? "");
      return set === undefined ? [] : ownKey(deployments, replicasets, replicasets, set);
    },
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const deployment = view.get(deployments, namespace, name);
      if (deployment === undefined || isTerminating(deployment)) return;
      const { template = {}, paused = false, replicas = 1, revisionHistoryLimit = 10 } = specOf<DeploymentSpec>(deployment); // prettier-ignore
      const sets = view.controlledBy(replicasets, deployment.metadata.uid ?? "").filter((set) => !isTerminating(set));
      const newest = sets
        .filter((set) => isSameTemplate(specOf<{ template?: PodTemplate }>(set).template ?? {}, template))
        .sort((a, b) => revisionOf(b) - revisionOf(a))[0];
      const old = sets.filter((set) => set !== newest).sort((a, b) => revisionOf(a) - revisionOf(b));
      const nextRevision = Math.max(0, ...old.map(revisionOf)) + 1;
      // Each write below comes back as a change of the ReplicaSet or the Deployment, which looks again.
      if (newest === undefined && !paused) return createSet(context, deployment, nextRevision, signal);
      if (newest !== undefined && !paused) {
        if (await ensureRevision(context, deployment, newest, nextRevision, signal)) return;
        await roll(context, deployment, newest, old, signal);
        await forget(context, old, revisionHistoryLimit, signal);
      } else {
        // A paused Deployment still scales; which of several sets would grow is not worth Kubernetes' proportions here.
        const active = [...old, ...(newest === undefined ? [] : [newest])].filter((set) => sizeOf(set) > 0);
        const only = active.length === 1 ? active[0] : undefined;
        if (only !== undefined) await scaleSet(context, deployment, only, replicas, signal);
      }
      const { status, againMs } = toDeploymentStatus(deployment, newest, old, context.clock);
      if (againMs !== undefined) context.again(key, againMs);
      if (isSame({ ...statusOf<object>(deployment), ...status }, statusOf(deployment))) return;
      const current = view.get(deployments, namespace, name) ?? deployment;
      await client.replace(deployments, { ...current, status }, writeOptions(signal, manager, "status"));
    },
  };
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[revisionKey] ?? 0);
}

function sizeOf(set: KubeObject): number {
  return specOf<{ replicas?: number }>(set).replicas ?? 1;
}

async function createSet(
  { client, view, events }: ControllerContext,
  deployment: KubeObject,
  revision: number,
  signal: AbortSignal,
): Promise<void> {
  const { template = {}, selector, replicas = 1, minReadySeconds } = specOf<DeploymentSpec>(deployment);
  const hash = hashTemplate(template);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const isFirst = view.controlledBy(knownResources.replicasets, deployment.metadata.uid ?? "").length === 0;
  const set = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: toSetAnnotations(deployment, revision),
      ownerReferences: [controllerRef(deployment)],
    },
    spec: {
      replicas: isFirst ? replicas : 0,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  await client.create(knownResources.replicasets, set as unknown as KubeObject, writeOptions(signal, manager));
  if (!isFirst || replicas === 0) return;
  const message = `Scaled up replica set ${set.metadata.name} from 0 to ${replicas}`;
  await events.record(deployment, { type: "Normal", reason: "ScalingReplicaSet", message, component }, signal);
}

function toSetAnnotations(deployment: KubeObject, revision: number): Record<string, string> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !ownAnnotations.has(key));
  const { replicas = 1, strategy } = specOf<DeploymentSpec>(deployment);
  return {
    ...Object.fromEntries(copied),
    [revisionKey]: String(revision),
    "deployment.kubernetes.io/desired-replicas": String(replicas),
    "deployment.kubernetes.io/max-replicas": String(replicas + toPortions(strategy, replicas).surge),
  };
}

/** Gives the newest set the highest revision, also when it is an old one come back (rollout undo), and writes it on the Deployment. True = written. */
async function ensureRevision(
  { client }: ControllerContext,
  deployment: KubeObject,
  newest: KubeObject,
  nextRevision: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace = "" } = deployment.metadata;
  const revision = Math.max(revisionOf(newest), nextRevision);
  const annotate = (resource: ResourceId, object: KubeObject, annotations: object): Promise<unknown> =>
    client.patch(resource, { namespace, name: object.metadata.name }, { type: "merge", body: { metadata: { annotations } } }, writeOptions(signal, manager)); // prettier-ignore
  const wanted = toSetAnnotations(deployment, revision);
  if (!isSame({ ...newest.metadata.annotations, ...wanted }, newest.metadata.annotations)) {
    await annotate(knownResources.replicasets, newest, wanted);
    return true;
  }
  if (deployment.metadata.annotations?.[revisionKey] === String(revision)) return false;
  await annotate(knownResources.deployments, deployment, { [revisionKey]: String(revision) });
  return true;
}

async function scaleSet(
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
async function roll(
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
async function forget(
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
