import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { isPodActive, isPodReady, isSame, isTerminating, keyOf, ownKey, specOf, splitKey, statusOf, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext } from "./controller.ts";
import { hashTemplate } from "./pod-template-hash.ts";
import { createPodOf, deletePod } from "./pods-of-template.ts";
import type { PodTemplate } from "./pods-of-template.ts";
import { tolerates } from "./tolerates.ts";

const manager = "kube-controller-manager";
const component = "daemonset-controller";
const revisionLabel = "controller-revision-hash";

/** What the DaemonSet controller lets its pods live with (Kubernetes' AddOrUpdateDaemonPodTolerations). */
const ownTolerations = [
  ["node.kubernetes.io/not-ready", "NoExecute"],
  ["node.kubernetes.io/unreachable", "NoExecute"],
  ["node.kubernetes.io/disk-pressure", "NoSchedule"],
  ["node.kubernetes.io/memory-pressure", "NoSchedule"],
  ["node.kubernetes.io/pid-pressure", "NoSchedule"],
  ["node.kubernetes.io/unschedulable", "NoSchedule"],
].map(([key, effect]) => ({ key, operator: "Exists", effect }));

/** Keeps one pod on each node that the template's nodeSelector and tolerations let in; a changed template replaces them one by one. */
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
      const wanted = view.list(nodes).filter((node) => admits(node, templateOf(set)));
      await place(context, set, wanted, signal);
      const owned = view.controlledBy(pods, set.metadata.uid ?? "").filter(isPodActive);
      const names = new Set(wanted.map(({ metadata }) => metadata.name));
      const placed = owned.filter((pod) => names.has(nodeOf(pod)));
      const ready = placed.filter(isPodReady).length;
      const hash = hashTemplate(templateOf(set));
      const status = {
        currentNumberScheduled: placed.length,
        desiredNumberScheduled: wanted.length,
        numberAvailable: ready,
        numberMisscheduled: owned.length - placed.length,
        numberReady: ready,
        numberUnavailable: Math.max(0, wanted.length - ready),
        updatedNumberScheduled: placed.filter(({ metadata }) => metadata.labels?.[revisionLabel] === hash).length,
        observedGeneration: set.metadata.generation,
      };
      const current = view.get(daemonsets, namespace, name);
      if (current === undefined || isSame({ ...statusOf<object>(current), ...status }, statusOf(current))) return;
      await client.replace(daemonsets, { ...current, status }, writeOptions(signal, manager, "status"));
    },
  };
}

function templateOf(set: KubeObject): PodTemplate {
  return specOf<{ template?: PodTemplate }>(set).template ?? {};
}

function nodeOf(pod: KubeObject): string {
  return specOf<{ nodeName?: string }>(pod).nodeName ?? "";
}

/** Creates, deletes and replaces pods until each wanted node has its one. */
async function place(
  context: ControllerContext,
  set: KubeObject,
  wanted: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  const template = templateOf(set);
  const hash = hashTemplate(template);
  const owned = context.view.controlledBy(knownResources.pods, set.metadata.uid ?? "");
  const going = owned.filter(isTerminating);
  const active = owned.filter(isPodActive);
  const leave = (pod: KubeObject): Promise<void> => deletePod(context, pod, { owner: set, component }, signal);
  for (const pod of owned) if (!isPodActive(pod) && !isTerminating(pod)) await leave(pod);
  const taken = new Map<string, KubeObject>();
  for (const pod of active) {
    const isWanted = wanted.some(({ metadata }) => metadata.name === nodeOf(pod)) && !taken.has(nodeOf(pod));
    if (isWanted) taken.set(nodeOf(pod), pod);
    else await leave(pod);
  }
  const tolerations = [...((template.spec?.["tolerations"] ?? []) as object[]), ...ownTolerations];
  for (const { metadata } of wanted) {
    // The one before has to be gone first, as with maxSurge 0: it may hold a port of the node.
    if (taken.has(metadata.name) || going.some((pod) => nodeOf(pod) === metadata.name)) continue;
    const labels = { [revisionLabel]: hash };
    await createPodOf(context, set, template, { component, labels, spec: { nodeName: metadata.name, tolerations } }, signal); // prettier-ignore
  }
  const { updateStrategy } = specOf<{ updateStrategy?: { readonly type?: string } }>(set);
  const outdated = [...taken.values()].filter(({ metadata }) => metadata.labels?.[revisionLabel] !== hash);
  const isCalm = going.length === 0 && taken.size === wanted.length;
  const updatedAreReady = [...taken.values()].every((pod) => outdated.includes(pod) || isPodReady(pod));
  if (updateStrategy?.type !== "OnDelete" && isCalm && updatedAreReady) for (const pod of outdated.slice(0, 1)) await leave(pod); // prettier-ignore
}

/** DaemonSet pods run on cordoned and unready nodes as well; only the template's selector and other taints keep them out. */
function admits(node: KubeObject, template: PodTemplate): boolean {
  if (isTerminating(node)) return false;
  const selector = Object.entries((template.spec?.["nodeSelector"] ?? {}) as Record<string, string>);
  const matches = selector.every(([key, value]) => node.metadata.labels?.[key] === value);
  return matches && tolerates(template.spec ?? {}, node, ["node.kubernetes.io/"]);
}
