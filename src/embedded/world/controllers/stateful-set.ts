import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { isPodActive, isPodReady, isSame, isTerminating, ownKey, specOf, splitKey, statusOf, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext } from "./controller.ts";
import { hashTemplate } from "./pod-template-hash.ts";
import { createPodOf, deletePod } from "./pods-of-template.ts";
import type { PodTemplate } from "./pods-of-template.ts";

const manager = "kube-controller-manager";
const component = "statefulset-controller";
export const revisionLabel = "controller-revision-hash";

interface StatefulSetSpec {
  readonly replicas?: number;
  readonly podManagementPolicy?: string;
  readonly template?: PodTemplate;
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
}

/**
 * Keeps pods name-0 … name-(n-1), each made when the one before is ready and deleted from the end. A changed template replaces them one by
 * one from the end, down to the partition; what it was before is not kept (there are no ControllerRevisions), so there is no undo.
 */
export function createStatefulSetController(context: ControllerContext): Controller {
  const { client, view } = context;
  const { statefulsets, pods } = knownResources;
  return {
    name: "statefulset",
    keysFor: (resource, object) => ownKey(statefulsets, pods, resource, object),
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const set = view.get(statefulsets, namespace, name);
      if (set === undefined || isTerminating(set)) return;
      const ownPods = (): KubeObject[] => view.controlledBy(pods, set.metadata.uid ?? "");
      const revision = `${name}-${hashTemplate(specOf<StatefulSetSpec>(set).template ?? {})}`;
      await fillUp(context, set, ownPods(), revision, signal);
      for (const pod of toDelete(set, ownPods(), revision)) await deletePod(context, pod, { owner: set, component }, signal); // prettier-ignore
      const owned = ownPods();
      const ready = owned.filter(isPodReady).length;
      const updated = owned.filter((pod) => revisionOf(pod) === revision).length;
      const before = statusOf<{ currentRevision?: string }>(set);
      const isRolledOut = updated === owned.length;
      const status = {
        observedGeneration: set.metadata.generation,
        replicas: owned.length,
        readyReplicas: ready,
        availableReplicas: ready,
        currentReplicas: isRolledOut ? owned.length : owned.length - updated,
        updatedReplicas: updated,
        currentRevision: isRolledOut ? revision : (before.currentRevision ?? revision),
        updateRevision: revision,
        collisionCount: 0,
      };
      const current = view.get(statefulsets, namespace, name);
      if (current === undefined || isSame({ ...statusOf<object>(current), ...status }, statusOf(current))) return;
      await client.replace(statefulsets, { ...current, status }, writeOptions(signal, manager, "status"));
    },
  };
}

/** Creates what is missing, in order. */
async function fillUp(
  context: ControllerContext,
  set: KubeObject,
  owned: readonly KubeObject[],
  revision: string,
  signal: AbortSignal,
): Promise<void> {
  const { replicas = 1, template = {}, podManagementPolicy, volumeClaimTemplates = [] } = specOf<StatefulSetSpec>(set);
  for (let ordinal = 0; ordinal < replicas; ordinal++) {
    const podName = `${set.metadata.name}-${ordinal}`;
    const pod = owned.find(({ metadata }) => metadata.name === podName);
    const labels = {
      "apps.kubernetes.io/pod-index": String(ordinal),
      [revisionLabel]: revision,
      "statefulset.kubernetes.io/pod-name": podName,
    };
    const claims = volumeClaimTemplates.map(({ metadata: { name } }) => ({ name, persistentVolumeClaim: { claimName: `${name}-${podName}` } })); // prettier-ignore
    const volumes = [...((template.spec?.["volumes"] ?? []) as object[]), ...claims];
    const spec = { hostname: podName, ...(volumes.length === 0 ? {} : { volumes }) };
    if (pod === undefined)
      await createPodOf(context, set, template, { component, name: podName, labels, spec }, signal);
    if (podManagementPolicy !== "Parallel" && (pod === undefined || !isPodReady(pod))) break;
  }
}

/** What has finished, one too many from the end, or, with everybody ready, the last one of another template. */
function toDelete(set: KubeObject, owned: readonly KubeObject[], revision: string): readonly KubeObject[] {
  const { replicas = 1, updateStrategy } = specOf<StatefulSetSpec>(set);
  const going = owned.filter(isTerminating);
  const finished = owned.filter((pod) => !isPodActive(pod) && !isTerminating(pod));
  if (finished.length > 0 || going.length > 0) return finished;
  const fromEnd = [...owned].sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const condemned = fromEnd.filter((pod) => ordinalOf(pod) >= replicas);
  if (condemned.length > 0) return condemned.slice(0, 1);
  const { type = "RollingUpdate", rollingUpdate } = updateStrategy ?? {};
  if (type !== "RollingUpdate") return [];
  const outdated = fromEnd.filter((pod) => revisionOf(pod) !== revision && ordinalOf(pod) >= (rollingUpdate?.partition ?? 0)); // prettier-ignore
  // A broken pod of the old template may go; a broken one of the new template stops the rollout.
  const updatedAreReady = fromEnd.every((pod) => revisionOf(pod) !== revision || isPodReady(pod));
  return updatedAreReady ? outdated.slice(0, 1) : [];
}

function revisionOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[revisionLabel];
}

function ordinalOf({ metadata: { name } }: KubeObject): number {
  return Number(name.slice(name.lastIndexOf("-") + 1));
}
