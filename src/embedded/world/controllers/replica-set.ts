import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { conditionOf, isPodActive, isPodReady, isSame, isTerminating, ownKey, specOf, splitKey, statusOf, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext } from "./controller.ts";
import { createPodOf, deletePod } from "./pods-of-template.ts";
import type { PodTemplate } from "./pods-of-template.ts";

const manager = "kube-controller-manager";
const component = "replicaset-controller";

interface ReplicaSetSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly template?: PodTemplate;
}

/** Keeps as many pods of the template as spec.replicas says, the youngest unready ones going first. */
export function createReplicaSetController(context: ControllerContext): Controller {
  const { client, view, clock, again } = context;
  const { replicasets, pods } = knownResources;
  return {
    name: "replicaset",
    keysFor: (resource, object) => ownKey(replicasets, pods, resource, object),
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const set = view.get(replicasets, namespace, name);
      if (set === undefined) return;
      const { replicas = 1, template = {}, minReadySeconds = 0 } = specOf<ReplicaSetSpec>(set);
      const activePods = (): KubeObject[] => view.controlledBy(pods, set.metadata.uid ?? "").filter(isPodActive);
      if (!isTerminating(set)) {
        const active = activePods();
        for (let i = active.length; i < replicas; i++) await createPodOf(context, set, template, { component }, signal);
        for (const pod of surplus(active, replicas)) await deletePod(context, pod, { owner: set, component }, signal);
      }
      const active = activePods();
      const ready = active.filter(isPodReady);
      const waitsMs = ready.map((pod) => availableInMs(pod, minReadySeconds, clock.now()));
      const soonest = Math.min(...waitsMs.filter((ms) => ms > 0));
      if (Number.isFinite(soonest)) again(key, soonest);
      const status = {
        replicas: active.length,
        fullyLabeledReplicas: active.length,
        readyReplicas: ready.length,
        availableReplicas: waitsMs.filter((ms) => ms <= 0).length,
        observedGeneration: set.metadata.generation,
      };
      const current = view.get(replicasets, namespace, name);
      if (current === undefined || isSame({ ...statusOf<object>(current), ...status }, statusOf(current))) return;
      await client.replace(replicasets, { ...current, status }, writeOptions(signal, manager, "status"));
    },
  };
}

/** Until a ready pod counts as available; 0 or less = it does. */
function availableInMs(pod: KubeObject, minReadySeconds: number, nowMs: number): number {
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(conditionOf(pod, "Ready")?.lastTransitionTime ?? "");
  return since + minReadySeconds * 1_000 - nowMs;
}

/** The pods to delete: unscheduled before scheduled, unready before ready, younger before older. */
function surplus(pods: readonly KubeObject[], wanted: number): readonly KubeObject[] {
  const rank = (pod: KubeObject): number => (specOf(pod)["nodeName"] === undefined ? 0 : 2) + (isPodReady(pod) ? 1 : 0);
  const byWorth = [...pods].sort(
    (a, b) =>
      rank(a) - rank(b) || (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""),
  );
  return byWorth.slice(0, Math.max(0, pods.length - wanted));
}
