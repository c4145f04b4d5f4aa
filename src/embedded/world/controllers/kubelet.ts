import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { conditionOf, isTerminating, keyOf, specOf, splitKey, statusOf, timestamp, withCondition, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext, WireCondition } from "./controller.ts";
import { toPodStatus } from "./pod-status.ts";
import type { PodSpecForStatus } from "./pod-status.ts";

const manager = "kubelet";

export interface KubeletOptions {
  /** From bound to running, as if pulling and starting took that long. */
  readonly startMs: number;
  /** How long the pod of a Job works until it succeeds. */
  readonly jobMs: number;
}

/**
 * Plays the kubelets of all nodes: bound pods of ready nodes run and become Ready, pods of Jobs succeed, terminating pods go.
 * A container whose image tag is "missing" cannot be pulled, and one with the argument "--crash" dies over and over: what a demo and its
 * tests need of a bad day. A node without a Ready condition gets one, as kwok does with `manage-all-nodes`.
 */
export function createKubelet(context: ControllerContext, { startMs, jobMs }: KubeletOptions): Controller {
  const { client, view, clock, again } = context;
  const { pods, nodes } = knownResources;
  const since = new Map<string, number>();

  /** Whether `ms` have gone by since the pod was first seen in this step; asks for another look if not. */
  const waited = (key: string, step: string, uid: string, ms: number): boolean => {
    const id = `${step} ${uid}`;
    const start = since.get(id) ?? clock.monotonic();
    since.set(id, start);
    const leftMs = start + ms - clock.monotonic();
    if (leftMs > 0) again(key, leftMs);
    else since.delete(id);
    return leftMs <= 0;
  };

  return {
    name: "kubelet",
    keysFor: (resource, object) => {
      if (toResourceName(resource) === "pods") return specOf(object)["nodeName"] === undefined ? [] : [keyOf(object)];
      if (toResourceName(resource) !== "nodes") return [];
      const mine = view.list(pods).filter((pod) => specOf(pod)["nodeName"] === object.metadata.name);
      return [keyOf(object), ...mine.map(keyOf)];
    },
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      if (namespace === "") return startNode(context, name, signal);
      const pod = view.get(pods, namespace, name);
      const uid = pod?.metadata.uid;
      if (pod === undefined || uid === undefined) return;
      const spec = specOf<PodSpecForStatus & { nodeName?: string; restartPolicy?: string }>(pod);
      const node = view.get(nodes, "", spec.nodeName ?? "");
      if (node === undefined || conditionOf(node, "Ready")?.status !== "True") return;
      if (isTerminating(pod)) {
        await client.delete(pods, { namespace, name }, { gracePeriodSeconds: 0, uid }, writeOptions(signal, manager));
        return;
      }
      const { phase } = statusOf<{ phase?: string }>(pod);
      if (phase === "Succeeded" || phase === "Failed") return;
      const isStarted = phase === "Running";
      if (!isStarted && !waited(key, "start", uid, startMs)) return;
      const isJob = spec.restartPolicy !== undefined && spec.restartPolicy !== "Always";
      const isDone = isStarted && isJob && waited(key, "work", uid, jobMs);
      const status = toPodStatus(pod, spec, {
        now: timestamp(clock),
        hostIp: addressOf(node),
        podIp: podAddress(uid),
        isDone,
      });
      if (status === undefined) return;
      await client.replace(pods, { ...pod, status }, writeOptions(signal, manager, "status"));
      if (isJob && !isDone) again(key, jobMs);
    },
  };
}

async function startNode({ client, view, clock }: ControllerContext, name: string, signal: AbortSignal): Promise<void> {
  const node = view.get(knownResources.nodes, "", name);
  if (node === undefined || conditionOf(node, "Ready") !== undefined) return;
  const before = statusOf<{
    conditions?: WireCondition[];
    capacity?: unknown;
    allocatable?: unknown;
    nodeInfo?: unknown;
  }>(node);
  const amounts = { cpu: "8", memory: "32Gi", pods: "110", "ephemeral-storage": "100Gi" };
  const condition = {
    type: "Ready",
    status: "True",
    reason: "KubeletReady",
    message: "kubelet is posting ready status",
  };
  const status = {
    ...before,
    capacity: before.capacity ?? amounts,
    allocatable: before.allocatable ?? amounts,
    conditions: withCondition(before.conditions ?? [], condition, timestamp(clock)),
  };
  await client.replace(knownResources.nodes, { ...node, status }, writeOptions(signal, manager, "status"));
}

function addressOf(node: KubeObject): string {
  const { addresses = [] } = statusOf<{ addresses?: readonly { type: string; address: string }[] }>(node);
  return addresses.find(({ type }) => type === "InternalIP")?.address ?? "10.0.0.1";
}

/** An address in 10.64.0.0/10 that stays with the uid. */
function podAddress(uid: string): string {
  const digits = Number.parseInt(uid.replaceAll("-", "").slice(0, 6), 16);
  return `10.${64 + ((digits >> 16) & 63)}.${(digits >> 8) & 255}.${1 + (digits & 127)}`;
}
