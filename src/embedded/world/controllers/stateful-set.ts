import { knownResources } from "../../../kube/known-resources.ts";
import { isPodReady, isSame, isTerminating, ownKey, specOf, splitKey, statusOf, writeOptions } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { hashTemplate } from "./deployment.ts";
import { createPodOf, deletePod } from "./pods-of-template.ts";
import type { PodTemplate } from "./pods-of-template.ts";

const manager = "kube-controller-manager";

interface StatefulSetSpec {
  readonly replicas?: number;
  readonly podManagementPolicy?: string;
  readonly template?: PodTemplate;
}

/** Keeps pods name-0 … name-(n-1), each made when the one before is ready and deleted from the end; without rollout. */
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
      const { replicas = 1, template = {}, podManagementPolicy } = specOf<StatefulSetSpec>(set);
      const owned = view.controlledBy(pods, set.metadata.uid ?? "");
      const revision = `${name}-${hashTemplate(template)}`;
      for (let ordinal = 0; ordinal < replicas; ordinal++) {
        const podName = `${name}-${ordinal}`;
        const pod = owned.find(({ metadata }) => metadata.name === podName);
        const labels = {
          "apps.kubernetes.io/pod-index": String(ordinal),
          "controller-revision-hash": revision,
          "statefulset.kubernetes.io/pod-name": podName,
        };
        if (pod === undefined) await createPodOf(context, set, template, manager, signal, { name: podName, labels });
        if (podManagementPolicy !== "Parallel" && (pod === undefined || !isPodReady(pod))) break;
      }
      const last = owned.filter(
        ({ metadata }) => ordinalOf(metadata.name) >= replicas && metadata.deletionTimestamp === undefined,
      );
      for (const pod of last.sort((a, b) => ordinalOf(b.metadata.name) - ordinalOf(a.metadata.name)).slice(0, 1)) {
        await deletePod(context, pod, manager, signal);
      }
      const ready = owned.filter(isPodReady).length;
      const status = {
        observedGeneration: set.metadata.generation,
        replicas: owned.length,
        readyReplicas: ready,
        availableReplicas: ready,
        currentReplicas: owned.length,
        updatedReplicas: owned.length,
        currentRevision: revision,
        updateRevision: revision,
      };
      if (isSame({ ...statusOf<object>(set), ...status }, statusOf(set))) return;
      await client.replace(statefulsets, { ...set, status }, writeOptions(signal, manager, "status"));
    },
  };
}

function ordinalOf(name: string): number {
  return Number(name.slice(name.lastIndexOf("-") + 1));
}
