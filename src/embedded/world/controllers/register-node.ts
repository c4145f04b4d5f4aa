import { knownResources } from "../../../kube/known-resources.ts";
import { conditionOf, statusOf, timestamp, withCondition, writeOptions } from "./controller.ts";
import type { ControllerContext, WireCondition } from "./controller.ts";

interface NodeStatus {
  readonly conditions?: WireCondition[];
  readonly capacity?: unknown;
  readonly allocatable?: unknown;
}

/** Gives a node that somebody created without a status what its kubelet would report. */
export async function registerNode(context: ControllerContext, name: string, signal: AbortSignal): Promise<void> {
  const { client, view, clock } = context;
  const node = view.get(knownResources.nodes, "", name);
  if (node === undefined || conditionOf(node, "Ready") !== undefined) return;
  const before = statusOf<NodeStatus>(node);
  const amounts = { cpu: "8", memory: "32Gi", pods: "110", "ephemeral-storage": "100Gi" };
  const message = "kubelet is posting ready status";
  const ready = { type: "Ready", status: "True", reason: "KubeletReady", message };
  const status = {
    ...before,
    capacity: before.capacity ?? amounts,
    allocatable: before.allocatable ?? before.capacity ?? amounts,
    conditions: withCondition(before.conditions ?? [], ready, timestamp(clock)),
  };
  await client.replace(knownResources.nodes, { ...node, status }, writeOptions(signal, "kubelet", "status"));
}
