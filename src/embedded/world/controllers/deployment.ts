import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import type { ResourceId } from "../../../kube/resource-id.ts";
import { controllerOf } from "../view.ts";
import { controllerRef, isSame, isTerminating, ownKey, specOf, splitKey, statusOf, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext } from "./controller.ts";
import { forget, roll, scaleSet, sizeOf } from "./deployment-rollout.ts";
import { toDeploymentStatus, toPortions } from "./deployment-status.ts";
import type { DeploymentSpec } from "./deployment-status.ts";
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
