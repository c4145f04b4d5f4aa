import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { isPodActive, isPodReady, isSame, isTerminating, keyOf, ownKey, specOf, splitKey, statusOf, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext } from "./controller.ts";
import { createPodOf, deletePod } from "./pods-of-template.ts";
import type { PodTemplate } from "./pods-of-template.ts";
import { tolerates } from "./scheduler.ts";

const manager = "kube-controller-manager";

/** Keeps one pod on each node that the template's nodeSelector and tolerations let in; without rollout: pods keep the template they began with. */
export function createDaemonSetController(context: ControllerContext): Controller {
  const { client, view } = context;
  const { daemonsets, pods, nodes } = knownResources;
  return {
    name: "daemonset",
    keysFor: (resource, object) =>
      toResourceName(resource) === "nodes"
        ? view.list(daemonsets).map(keyOf)
        : ownKey(daemonsets, pods, resource, object),
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const set = view.get(daemonsets, namespace, name);
      if (set === undefined || isTerminating(set)) return;
      const { template = {} } = specOf<{ template?: PodTemplate }>(set);
      const owned = view.controlledBy(pods, set.metadata.uid ?? "").filter(isPodActive);
      const byNode = new Map(owned.map((pod) => [specOf<{ nodeName?: string }>(pod).nodeName, pod]));
      const wanted = view.list(nodes).filter((node) => admits(node, template));
      for (const node of wanted) {
        const nodeName = node.metadata.name;
        if (!byNode.has(nodeName)) await createPodOf(context, set, template, manager, signal, { spec: { nodeName } });
      }
      const names = new Set(wanted.map(({ metadata }) => metadata.name));
      const misplaced = owned.filter((pod) => !names.has(specOf<{ nodeName?: string }>(pod).nodeName ?? ""));
      for (const pod of misplaced) await deletePod(context, pod, manager, signal);
      const ready = owned.filter(isPodReady).length;
      const status = {
        currentNumberScheduled: owned.length - misplaced.length,
        desiredNumberScheduled: wanted.length,
        numberAvailable: ready,
        numberMisscheduled: misplaced.length,
        numberReady: ready,
        numberUnavailable: Math.max(0, wanted.length - ready),
        updatedNumberScheduled: owned.length,
        observedGeneration: set.metadata.generation,
      };
      if (isSame({ ...statusOf<object>(set), ...status }, statusOf(set))) return;
      await client.replace(daemonsets, { ...set, status }, writeOptions(signal, manager, "status"));
    },
  };
}

/** DaemonSet pods run on cordoned and unready nodes as well; only the template's selector and other taints keep them out. */
function admits(node: KubeObject, template: PodTemplate): boolean {
  const selector = Object.entries((template.spec?.["nodeSelector"] ?? {}) as Record<string, string>);
  const matches = selector.every(([key, value]) => node.metadata.labels?.[key] === value);
  return matches && tolerates(template.spec ?? {}, node, ["node.kubernetes.io/"]);
}
