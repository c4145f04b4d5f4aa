import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { conditionOf, isSame, isTerminating, keyOf, specOf, splitKey, statusOf, timestamp, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext } from "./controller.ts";
import { crashBackoffAt } from "./crash-backoff.ts";
import { createPodEvents } from "./pod-events.ts";
import { problemOf, toPodStatus } from "./pod-status.ts";
import type { PodSpecForStatus } from "./pod-status.ts";
import { registerNode } from "./register-node.ts";

const manager = "kubelet";

export interface KubeletOptions {
  /** From bound to running, as if pulling and starting took that long. */
  readonly startMs: number;
  /** How long the pod of a Job works until it succeeds. */
  readonly jobMs: number;
  /** How long containers take to stop when they are told to, within the pod's grace period. */
  readonly stopMs: number;
}

type Step = "start" | "work" | "stop";
type PodSpec = PodSpecForStatus & { readonly nodeName?: string };

/**
 * Plays the kubelets of all nodes: bound pods of ready nodes run and become Ready, pods of Jobs succeed, terminating pods go.
 * A container whose image tag is "missing" cannot be pulled, and one with the argument "--crash" dies over and over: what a demo and its
 * tests need of a bad day. A node without a Ready condition gets one, as kwok does with `manage-all-nodes`.
 */
export function createKubelet(context: ControllerContext, options: KubeletOptions): Controller {
  const { client, view, clock, again } = context;
  const { pods, nodes } = knownResources;
  /** When each step of a pod began; forgotten with the pod. */
  const steps = new Map<string, Map<string, number>>();
  const tell = createPodEvents(context);

  /** Whether `ms` have gone by since the pod was first seen in this step; asks for another look if not. */
  const waited = (key: string, uid: string, step: Step, ms: number): boolean => {
    const began = steps.get(key) ?? new Map<string, number>();
    steps.set(key, began);
    const id = `${step} ${uid}`;
    const start = began.get(id) ?? clock.monotonic();
    began.set(id, start);
    const leftMs = start + ms - clock.monotonic();
    if (leftMs > 0) again(key, leftMs);
    return leftMs <= 0;
  };
  const stop = async (key: string, pod: KubeObject, uid: string, signal: AbortSignal): Promise<void> => {
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1_000;
    await tell.killing(pod, signal);
    if (!waited(key, uid, "stop", Math.min(graceMs, options.stopMs))) return;
    const { namespace = "", name } = pod.metadata;
    await client.delete(pods, { namespace, name }, { gracePeriodSeconds: 0, uid }, writeOptions(signal, manager));
  };
  const run = async (key: string, pod: KubeObject, node: KubeObject, signal: AbortSignal): Promise<void> => {
    const uid = pod.metadata.uid ?? "";
    const spec = specOf<PodSpec>(pod);
    const { phase, startTime } = statusOf<{ phase?: string; startTime?: string }>(pod);
    if (phase === "Succeeded" || phase === "Failed") return;
    if (startTime === undefined && !waited(key, uid, "start", options.startMs)) return;
    const isJob = (spec.restartPolicy ?? "Always") !== "Always";
    const isDone = isJob && startTime !== undefined && waited(key, uid, "work", options.jobMs);
    const startMs = startTime === undefined ? clock.now() : Date.parse(startTime);
    const backoff = crashBackoffAt(Math.max(0, clock.now() - startMs));
    const diedAt = new Date(startMs + backoff.diedAfterMs).toISOString().replace(/\.\d+Z$/, "Z");
    const status = toPodStatus(pod, spec, {
      now: timestamp(clock),
      hostIp: addressOf(node),
      podIp: podAddress(uid),
      isDone,
      crash: { ...backoff, diedAt },
    });
    if (!isSame(status, statusOf(pod))) {
      await client.replace(pods, { ...pod, status }, writeOptions(signal, manager, "status"));
    }
    await tell.running(pod, { isFirst: startTime === undefined, attempts: backoff.restarts + 1 }, signal);
    if (spec.containers?.some((container) => problemOf(container) !== undefined)) again(key, backoff.nextInMs);
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
      if (namespace === "") return registerNode(context, name, signal);
      const pod = view.get(pods, namespace, name);
      const uid = pod?.metadata.uid;
      if (pod === undefined || uid === undefined) {
        steps.delete(key);
        return;
      }
      const node = view.get(nodes, "", specOf<PodSpec>(pod).nodeName ?? "");
      // The kubelet of a lost node says nothing; its pods stay as they were last seen.
      if (node === undefined || conditionOf(node, "Ready")?.status !== "True") return;
      if (isTerminating(pod)) await stop(key, pod, uid, signal);
      else await run(key, pod, node, signal);
    },
  };
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
