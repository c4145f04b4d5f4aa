import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { conditionOf, isPodActive, isPodReady, isSame, isTerminating, keyOf, specOf, splitKey, statusOf, timestamp, withCondition, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext, WireCondition } from "./controller.ts";
import { matchesTaint, taintsOf } from "./tolerates.ts";
import type { Taint, Toleration } from "./tolerates.ts";

const manager = "kube-controller-manager";
const component = "node-controller";
const notReady = "node.kubernetes.io/not-ready";
const unreachable = "node.kubernetes.io/unreachable";
const unschedulable = "node.kubernetes.io/unschedulable";

interface TimedTaint extends Taint {
  /** RFC 3339; of NoExecute. */
  readonly timeAdded?: string;
}

/**
 * What follows from a node's state: taints of cordoned and lost nodes, pods of lost nodes no longer Ready, pods evicted once they no longer
 * tolerate it, and pods of nodes that are gone deleted.
 */
export function createNodeLifecycle(context: ControllerContext): Controller {
  const { view } = context;
  const { pods, nodes } = knownResources;
  return {
    name: "node-lifecycle",
    keysFor: (resource, object) => {
      if (toResourceName(resource) === "nodes") return [keyOf(object)];
      const { nodeName } = specOf<{ nodeName?: string }>(object);
      return toResourceName(resource) === "pods" && nodeName !== undefined ? [`/${nodeName}`] : [];
    },
    async reconcile(key, signal) {
      const { name } = splitKey(key);
      const node = view.get(nodes, "", name);
      const mine = view.list(pods).filter((pod) => specOf(pod)["nodeName"] === name);
      if (node === undefined) {
        // Nobody is left who could say that the containers have stopped.
        for (const pod of mine) await deletePod(context, pod, 0, signal);
        return;
      }
      await taint(context, node, signal);
      if ((conditionOf(node, "Ready")?.status ?? "True") !== "True") for (const pod of mine) await markUnready(context, pod, signal); // prettier-ignore
      const current = view.get(nodes, "", name) ?? node;
      for (const pod of mine) await evict(context, key, current, pod, signal);
    },
  };
}

/** Keeps the taints that say what the conditions and spec.unschedulable say; all others stay. */
async function taint(
  { client, clock, events }: ControllerContext,
  node: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const ready = conditionOf(node, "Ready")?.status ?? "True";
  const lost = ready === "False" ? notReady : ready === "Unknown" ? unreachable : undefined;
  const before: readonly TimedTaint[] = taintsOf(node);
  const others = before.filter(({ key }) => key !== notReady && key !== unreachable && key !== unschedulable);
  const timeAdded = (key: string): string =>
    before.find((held) => held.key === key && held.effect === "NoExecute")?.timeAdded ?? timestamp(clock);
  const taints: TimedTaint[] = [
    ...others,
    ...(specOf<{ unschedulable?: boolean }>(node).unschedulable === true ? [{ key: unschedulable, effect: "NoSchedule" }] : []), // prettier-ignore
    ...(lost === undefined ? [] : [{ key: lost, effect: "NoSchedule" }, { key: lost, effect: "NoExecute", timeAdded: timeAdded(lost) }]), // prettier-ignore
  ];
  const withoutTime = (list: readonly TimedTaint[]): unknown => list.map(({ key, value, effect }) => ({ key, value, effect })); // prettier-ignore
  if (isSame(withoutTime(sorted(taints)), withoutTime(sorted(before)))) return;
  const { taints: _taints, ...spec } = specOf<{ taints?: unknown }>(node);
  const wanted = { ...node, spec: { ...spec, ...(taints.length === 0 ? {} : { taints }) } };
  await client.replace(knownResources.nodes, wanted, writeOptions(signal, manager));
  const wasLost = before.some(({ key }) => key === notReady || key === unreachable);
  if ((lost !== undefined) === wasLost) return;
  const reason = lost === undefined ? "NodeReady" : "NodeNotReady";
  const message = `Node ${node.metadata.name} status is now: ${reason}`;
  await events.record(node, { type: "Normal", reason, message, component }, signal);
}

function sorted(taints: readonly TimedTaint[]): readonly TimedTaint[] {
  return [...taints].sort((a, b) => (`${a.key}${a.effect}` < `${b.key}${b.effect}` ? -1 : 1));
}

async function markUnready({ client, clock, view, events }: ControllerContext, pod: KubeObject, signal: AbortSignal): Promise<void> {
  if (!isPodReady(pod)) return;
  const { namespace = "", name } = pod.metadata;
  const current = view.get(knownResources.pods, namespace, name) ?? pod;
  const before = statusOf<{ conditions?: WireCondition[] }>(current);
  const condition = { type: "Ready", status: "False", reason: "NodeNotReady" };
  const status = { ...before, conditions: withCondition(before.conditions ?? [], condition, timestamp(clock)) };
  await client.replace(knownResources.pods, { ...current, status }, writeOptions(signal, manager, "status"));
  await events.record(pod, { type: "Warning", reason: "NodeNotReady", message: "Node is not ready", component }, signal);
} // prettier-ignore

/** Deletes a pod that does not, or no longer, tolerate the NoExecute taints of its node. */
async function evict(
  context: ControllerContext,
  key: string,
  node: KubeObject,
  pod: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  if (isTerminating(pod) || !isPodActive(pod)) return;
  const { tolerations = [] } = specOf<{ tolerations?: readonly Toleration[] }>(pod);
  for (const held of taintsOf(node) as readonly TimedTaint[]) {
    if (held.effect !== "NoExecute") continue;
    const matching = tolerations.filter((toleration) => matchesTaint(toleration, held));
    const seconds = matching.map(({ tolerationSeconds }) => tolerationSeconds ?? Number.POSITIVE_INFINITY);
    const allowedMs = matching.length === 0 ? 0 : Math.min(...seconds) * 1_000;
    if (allowedMs === Number.POSITIVE_INFINITY) continue;
    const leftMs = (held.timeAdded === undefined ? 0 : Date.parse(held.timeAdded)) + allowedMs - context.clock.now();
    if (leftMs > 0) {
      context.again(key, leftMs);
      continue;
    }
    const { namespace, name } = pod.metadata;
    const message = `Marking for deletion Pod ${namespace}/${name}`;
    await context.events.record(pod, { type: "Normal", reason: "TaintManagerEviction", message, component: "taint-eviction-controller" }, signal); // prettier-ignore
    return deletePod(context, pod, undefined, signal);
  }
}

async function deletePod(
  { client }: ControllerContext,
  { metadata: { namespace = "", name, uid } }: KubeObject,
  gracePeriodSeconds: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const query = {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(uid === undefined ? {} : { uid }),
  };
  await client.delete(knownResources.pods, { namespace, name }, query, writeOptions(signal, manager));
}
