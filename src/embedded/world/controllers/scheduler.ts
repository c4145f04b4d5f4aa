import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { parseQuantity } from "../../../kube/quantity.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { conditionOf, isPodActive, isTerminating, keyOf, specOf, splitKey, statusOf, timestamp, withCondition, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext, WireCondition } from "./controller.ts";
import { untolerated } from "./tolerates.ts";

const manager = "kube-scheduler";
const component = "default-scheduler";

interface PodSpec {
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly unknown[];
  readonly containers?: readonly { readonly resources?: { readonly requests?: Readonly<Record<string, string>> } }[];
}

/** Binds pods to the fitting node with the fewest pods: ready, not cordoned, selector and taints, cpu and memory requests, pod count. */
export function createScheduler(context: ControllerContext): Controller {
  const { client, view, clock, again, events } = context;
  const { pods, nodes } = knownResources;
  const isWaiting = (pod: KubeObject): boolean => specOf<PodSpec>(pod).nodeName === undefined && isPodActive(pod);
  return {
    name: "scheduler",
    keysFor: (resource, object, type) => {
      // A node that changes and a pod that goes both make room.
      const makesRoom = toResourceName(resource) === "nodes" || (toResourceName(resource) === "pods" && type === "DELETED"); // prettier-ignore
      if (makesRoom) return view.list(pods).filter(isWaiting).map(keyOf);
      return toResourceName(resource) === "pods" && isWaiting(object) ? [keyOf(object)] : [];
    },
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const pod = view.get(pods, namespace, name);
      if (pod === undefined || !isWaiting(pod)) return;
      const bound = podsByNode(view.list(pods));
      const { node, reason } = chooseNode(pod, view.list(nodes), bound);
      const now = timestamp(clock);
      const before = statusOf<{ conditions?: WireCondition[] }>(pod);
      if (node === undefined) {
        const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: reason };
        if (conditionOf(pod, "PodScheduled")?.message !== reason) {
          const conditions = withCondition(before.conditions ?? [], condition, now);
          await client.replace(
            pods,
            { ...pod, status: { ...before, phase: "Pending", conditions } },
            writeOptions(signal, manager, "status"),
          );
          await events.record(pod, { type: "Warning", reason: "FailedScheduling", message: reason, component }, signal);
        }
        // Capacity may come back without any event of a node: look again.
        return again(key, 5_000);
      }
      const binding = {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name, namespace },
        target: { apiVersion: "v1", kind: "Node", name: node.metadata.name },
      };
      const options = { ...writeOptions(signal, manager), subresource: "binding" as const };
      await client.create(pods, binding as unknown as KubeObject, options);
      const message = `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`;
      await events.record(pod, { type: "Normal", reason: "Scheduled", message, component }, signal);
    },
  };
}

function podsByNode(pods: readonly KubeObject[]): Map<string, KubeObject[]> {
  const byNode = new Map<string, KubeObject[]>();
  for (const pod of pods) {
    const { nodeName } = specOf<PodSpec>(pod);
    if (nodeName === undefined || !isPodActive(pod)) continue;
    const held = byNode.get(nodeName);
    if (held === undefined) byNode.set(nodeName, [pod]);
    else held.push(pod);
  }
  return byNode;
}

/** The node to bind to, or why there is none, in kube-scheduler's manner: "0/3 nodes are available: 3 Insufficient cpu." */
function chooseNode(
  pod: KubeObject,
  nodes: readonly KubeObject[],
  bound: ReadonlyMap<string, readonly KubeObject[]>,
): { readonly node?: KubeObject; readonly reason: string } {
  const refusals = new Map<string, number>();
  const fitting: KubeObject[] = [];
  for (const node of nodes) {
    const refusal = refuses(pod, node, bound.get(node.metadata.name) ?? []);
    if (refusal === undefined) fitting.push(node);
    else refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
  }
  const count = (node: KubeObject): number => bound.get(node.metadata.name)?.length ?? 0;
  const node = fitting.sort((a, b) => count(a) - count(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
  const reasons = [...refusals].map(([text, number]) => `${number} ${text}`).join(", ");
  return {
    ...(node === undefined ? {} : { node }),
    reason: `0/${nodes.length} nodes are available: ${reasons || "no nodes"}.`,
  };
}

function refuses(pod: KubeObject, node: KubeObject, held: readonly KubeObject[]): string | undefined {
  const spec = specOf<PodSpec>(pod);
  if (isTerminating(node) || conditionOf(node, "Ready")?.status !== "True")
    return "node(s) had untolerated taint {node.kubernetes.io/not-ready: }";
  if (specOf<{ unschedulable?: boolean }>(node).unschedulable === true) return "node(s) were unschedulable";
  const selector = Object.entries(spec.nodeSelector ?? {});
  if (!selector.every(([key, value]) => node.metadata.labels?.[key] === value))
    return "node(s) didn't match Pod's node affinity/selector";
  const taint = untolerated(spec, node);
  if (taint !== undefined) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`;
  const { allocatable = {} } = statusOf<{ allocatable?: Record<string, string> }>(node);
  if (held.length + 1 > Number(allocatable["pods"] ?? 110)) return "Too many pods";
  for (const name of ["cpu", "memory"]) {
    const free =
      (parseQuantity(allocatable[name] ?? "0") ?? 0n) - held.reduce((sum, other) => sum + requested(other, name), 0n);
    if (requested(pod, name) > free) return `Insufficient ${name}`;
  }
  return undefined;
}

function requested(pod: KubeObject, name: string): bigint {
  const { containers = [] } = specOf<PodSpec>(pod);
  return containers.reduce((sum, { resources }) => sum + (parseQuantity(resources?.requests?.[name] ?? "0") ?? 0n), 0n);
}
