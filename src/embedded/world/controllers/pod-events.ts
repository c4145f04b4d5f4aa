import type { KubeObject } from "../../../kube/object.ts";
import type { ClusterEvent } from "../event-recorder.ts";
import { specOf } from "./controller.ts";
import type { ControllerContext } from "./controller.ts";
import { notFoundMessage, problemOf } from "./pod-status.ts";
import type { ContainerSpec, PodSpecForStatus } from "./pod-status.ts";

/** What kubelets say of pods, in the kubelet's own words, each thing once. */
export interface PodEvents {
  /** `attempts`: how often a broken container has been tried. */
  running(
    pod: KubeObject,
    now: { readonly isFirst: boolean; readonly attempts: number },
    signal: AbortSignal,
  ): Promise<void>;
  killing(pod: KubeObject, signal: AbortSignal): Promise<void>;
}

export function createPodEvents({ events }: Pick<ControllerContext, "events">): PodEvents {
  /** Attempts told of, by uid; bounded by forgetting the oldest. */
  const told = new Map<string, number>();
  const isNews = (id: string, attempts: number): boolean => {
    if ((told.get(id) ?? 0) >= attempts) return false;
    told.delete(id);
    told.set(id, attempts);
    const [oldest] = told.keys();
    if (told.size > 5_000 && oldest !== undefined) told.delete(oldest);
    return true;
  };
  const say = (pod: KubeObject, container: string, type: ClusterEvent["type"], reason: string, message: string) => {
    const { nodeName = "" } = specOf<{ nodeName?: string }>(pod);
    const fieldPath = `spec.containers{${container}}`;
    return { type, reason, message, component: "kubelet", host: nodeName, fieldPath } satisfies ClusterEvent;
  };

  return {
    async running(pod, { isFirst, attempts }, signal) {
      const { containers = [] } = specOf<PodSpecForStatus>(pod);
      for (const container of containers) {
        const isBroken = problemOf(container) !== undefined;
        if (!isFirst && !(isBroken && isNews(`${pod.metadata.uid} ${container.name}`, attempts))) continue;
        if (isFirst) isNews(`${pod.metadata.uid} ${container.name}`, attempts);
        for (const [type, reason, message] of toMessages(pod, container)) {
          await events.record(pod, say(pod, container.name, type, reason, message), signal);
        }
      }
    },
    async killing(pod, signal) {
      if (!isNews(`killing ${pod.metadata.uid}`, 1)) return;
      for (const { name } of specOf<PodSpecForStatus>(pod).containers ?? []) {
        await events.record(pod, say(pod, name, "Normal", "Killing", `Stopping container ${name}`), signal);
      }
    },
  };
}

function toMessages(
  { metadata }: KubeObject,
  container: ContainerSpec,
): readonly (readonly [type: ClusterEvent["type"], reason: string, message: string])[] {
  const { name, image = "" } = container;
  const problem = problemOf(container);
  if (problem === "ImagePullBackOff") {
    return [
      ["Normal", "Pulling", `Pulling image "${image}"`],
      ["Warning", "Failed", `Failed to pull image "${image}": ${notFoundMessage(image)}`],
      ["Normal", "BackOff", `Back-off pulling image "${image}"`],
    ];
  }
  const started = [
    ["Normal", "Pulled", `Container image "${image}" already present on machine`],
    ["Normal", "Created", `Created container: ${name}`],
    ["Normal", "Started", `Started container ${name}`],
  ] as const;
  if (problem === undefined) return started;
  const message = `Back-off restarting failed container ${name} in pod ${metadata.name}_${metadata.namespace}(${metadata.uid})`;
  return [...started, ["Warning", "BackOff", message]];
}
