import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import {
  isPodActive,
  isPodReady,
  isSame,
  isTerminating,
  ownKey,
  specOf,
  splitKey,
  statusOf,
  writeOptions,
} from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { createPodOf, deletePod } from "./pods-of-template.ts";
import type { PodTemplate } from "./pods-of-template.ts";

const manager = "kube-controller-manager";

/** Keeps as many pods of the template as spec.replicas says, the youngest unready ones going first. */
export function createReplicaSetController(context: ControllerContext): Controller {
  const { client, view } = context;
  const { replicasets, pods } = knownResources;
  return {
    name: "replicaset",
    keysFor: (resource, object) => ownKey(replicasets, pods, resource, object),
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const set = view.get(replicasets, namespace, name);
      if (set === undefined) return;
      const { replicas = 1, template = {} } = specOf<{ replicas?: number; template?: PodTemplate }>(set);
      const active = view.controlledBy(pods, set.metadata.uid ?? "").filter(isPodActive);
      if (!isTerminating(set)) {
        for (let i = active.length; i < replicas; i++) await createPodOf(context, set, template, manager, signal);
        for (const pod of surplus(active, replicas)) await deletePod(context, pod, manager, signal);
      }
      const ready = active.filter(isPodReady).length;
      const status = {
        replicas: active.length,
        fullyLabeledReplicas: active.length,
        readyReplicas: ready,
        availableReplicas: ready,
        observedGeneration: set.metadata.generation,
      };
      if (isSame({ ...statusOf<object>(set), ...status }, statusOf(set))) return;
      await client.replace(replicasets, { ...set, status }, writeOptions(signal, manager, "status"));
    },
  };
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
