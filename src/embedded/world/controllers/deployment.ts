import { createHash } from "node:crypto";
import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { controllerRef, isSame, isTerminating, ownKey, specOf, splitKey, statusOf, timestamp, withCondition, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext, WireCondition } from "./controller.ts";
import type { PodTemplate } from "./pods-of-template.ts";

const manager = "kube-controller-manager";
const revisionKey = "deployment.kubernetes.io/revision";
const hashKey = "pod-template-hash";

interface DeploymentSpec {
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly template?: PodTemplate;
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly strategy?: {
    readonly type?: string;
    readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string };
  };
}

interface SetStatus {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
}

/** Keeps one ReplicaSet for each pod template and rolls from the old ones to the newest, as `kubectl rollout status` expects. */
export function createDeploymentController(context: ControllerContext): Controller {
  const { client, view } = context;
  const { deployments, replicasets } = knownResources;

  const scaleSet = async (set: KubeObject, replicas: number, signal: AbortSignal): Promise<void> => {
    if (specOf(set)["replicas"] === replicas) return;
    await client.replace(
      replicasets,
      { ...set, spec: { ...specOf<object>(set), replicas } },
      writeOptions(signal, manager),
    );
  };
  const createSet = async (deployment: KubeObject, revision: number, signal: AbortSignal): Promise<void> => {
    const { template = {}, selector, replicas = 1 } = specOf<DeploymentSpec>(deployment);
    const hash = hashTemplate(template);
    const labels = { ...template.metadata?.labels, [hashKey]: hash };
    const hasOld = view.controlledBy(replicasets, deployment.metadata.uid ?? "").length > 0;
    const set = {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace,
        labels,
        annotations: { [revisionKey]: String(revision) },
        ownerReferences: [controllerRef(deployment)],
      },
      spec: {
        replicas: hasOld ? 0 : replicas,
        selector: { matchLabels: { ...selector?.matchLabels, [hashKey]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
    await client.create(replicasets, set as unknown as KubeObject, writeOptions(signal, manager));
  };

  const roll = async (
    deployment: KubeObject,
    newest: KubeObject,
    old: readonly KubeObject[],
    signal: AbortSignal,
  ): Promise<void> => {
    const { replicas = 1, strategy } = specOf<DeploymentSpec>(deployment);
    const size = (set: KubeObject): number => (specOf(set)["replicas"] as number | undefined) ?? 0;
    const available = (set: KubeObject): number => statusOf<SetStatus>(set).availableReplicas ?? 0;
    const oldSize = old.reduce((sum, set) => sum + size(set), 0);
    if (oldSize === 0) return scaleSet(newest, replicas, signal);
    if (strategy?.type === "Recreate") {
      for (const set of old) await scaleSet(set, 0, signal);
      if (old.every((set) => (statusOf<SetStatus>(set).replicas ?? 0) === 0)) await scaleSet(newest, replicas, signal);
      return;
    }
    const surge = portion(strategy?.rollingUpdate?.maxSurge ?? "25%", replicas, Math.ceil);
    const spare = portion(strategy?.rollingUpdate?.maxUnavailable ?? "25%", replicas, Math.floor);
    const room = replicas + surge - oldSize - size(newest);
    await scaleSet(newest, Math.min(replicas, size(newest) + Math.max(0, room)), signal);
    const totalAvailable = available(newest) + old.reduce((sum, set) => sum + available(set), 0);
    let removable = Math.max(0, totalAvailable - (replicas - (surge + spare === 0 ? 1 : spare)));
    for (const set of old) {
      const unready = size(set) - available(set);
      const cut = Math.min(size(set), unready + removable);
      removable -= cut - unready;
      await scaleSet(set, size(set) - cut, signal);
    }
  };

  return {
    name: "deployment",
    keysFor: (resource, object) => ownKey(deployments, replicasets, resource, object),
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const deployment = view.get(deployments, namespace, name);
      if (deployment === undefined || isTerminating(deployment)) return;
      const { template = {}, paused = false, replicas = 1 } = specOf<DeploymentSpec>(deployment);
      const sets = view.controlledBy(replicasets, deployment.metadata.uid ?? "").filter((set) => !isTerminating(set));
      const hash = hashTemplate(template);
      const newest = sets.find(({ metadata }) => metadata.labels?.[hashKey] === hash);
      const old = sets.filter((set) => set !== newest);
      const lastRevision = Math.max(0, ...old.map(revisionOf));
      if (newest === undefined && !paused) return createSet(deployment, lastRevision + 1, signal);
      if (newest !== undefined && !paused) await roll(deployment, newest, old, signal);
      else for (const set of old) if (old.length === 1) await scaleSet(set, replicas, signal);
      await writeStatus(context, deployment, newest, old, signal);
    },
  };
}

async function writeStatus(
  { client, view, clock }: ControllerContext,
  deployment: KubeObject,
  newest: KubeObject | undefined,
  old: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  const { deployments } = knownResources;
  const revision = newest === undefined ? undefined : String(revisionOf(newest));
  if (revision !== undefined && deployment.metadata.annotations?.[revisionKey] !== revision) {
    const patch = { type: "merge" as const, body: { metadata: { annotations: { [revisionKey]: revision } } } };
    const { namespace = "", name } = deployment.metadata;
    await client.patch(deployments, { namespace, name }, patch, writeOptions(signal, manager));
  }
  const sum = (field: keyof SetStatus): number =>
    [...(newest === undefined ? [] : [newest]), ...old].reduce(
      (total, set) => total + (statusOf<SetStatus>(set)[field] ?? 0),
      0,
    );
  const { replicas = 1 } = specOf<DeploymentSpec>(deployment);
  const updated = newest === undefined ? 0 : (statusOf<SetStatus>(newest).replicas ?? 0);
  const availableReplicas = sum("availableReplicas");
  const before = statusOf<{ conditions?: WireCondition[] }>(deployment);
  const now = timestamp(clock);
  const isAvailable = availableReplicas >= replicas - Math.floor(replicas / 4);
  const isComplete = updated === replicas && sum("replicas") === replicas && availableReplicas === replicas;
  const conditions = [
    {
      type: "Available",
      status: isAvailable ? "True" : "False",
      reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    },
    { type: "Progressing", status: "True", reason: isComplete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated" },
  ].reduce((all, next) => withCondition(all, next, now), before.conditions ?? []);
  const status = {
    observedGeneration: deployment.metadata.generation,
    replicas: sum("replicas"),
    updatedReplicas: updated,
    readyReplicas: sum("readyReplicas"),
    availableReplicas,
    unavailableReplicas: Math.max(0, replicas - availableReplicas),
    conditions: conditions.sort((a, b) => (a.type < b.type ? -1 : 1)),
  };
  if (isSame({ ...before, ...status }, before)) return;
  const current = view.get(deployments, deployment.metadata.namespace ?? "", deployment.metadata.name) ?? deployment;
  await client.replace(deployments, { ...current, status }, writeOptions(signal, manager, "status"));
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[revisionKey] ?? 0);
}

/** Ten characters that name a template, as pod-template-hash does. */
export function hashTemplate(template: PodTemplate): string {
  return createHash("sha256").update(JSON.stringify(template)).digest("hex").slice(0, 10);
}

/** "25%" or a number, of `total`. */
function portion(value: number | string, total: number, round: (x: number) => number): number {
  return typeof value === "number" ? value : round((Number.parseInt(value, 10) / 100) * total);
}
