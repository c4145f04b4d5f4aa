import type { KubeObject } from "../../../kube/object.ts";
import { statusOf, withCondition } from "./controller.ts";
import type { WireCondition } from "./controller.ts";

export interface PodSpecForStatus {
  readonly containers?: readonly ContainerSpec[];
  readonly initContainers?: readonly ContainerSpec[];
}

interface ContainerSpec {
  readonly name: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly restartPolicy?: string;
}

export interface PodStatusInput {
  /** RFC 3339. */
  readonly now: string;
  readonly hostIp: string;
  readonly podIp: string;
  /** The containers have ended well. */
  readonly isDone: boolean;
}

interface WirePodStatus {
  readonly phase?: string;
  readonly startTime?: string;
  readonly conditions?: WireCondition[];
  readonly containerStatuses?: readonly { readonly name: string; readonly restartCount: number }[];
}

/** The status a kubelet would write for a bound pod; undefined where it stands there already. */
export function toPodStatus(pod: KubeObject, spec: PodSpecForStatus, input: PodStatusInput): object | undefined {
  const before = statusOf<WirePodStatus>(pod);
  const { containers = [], initContainers = [] } = spec;
  const broken = containers.some((container) => problemOf(container) !== undefined);
  const ended = input.isDone && !broken;
  const phase = ended ? "Succeeded" : containers.every((container) => problemOf(container) === "ImagePullBackOff") ? "Pending" : "Running"; // prettier-ignore
  if (before.phase === phase && before.startTime !== undefined) return undefined;
  const startTime = before.startTime ?? input.now;
  const conditions = (
    [
      ["PodReadyToStartContainers", !ended],
      ["Initialized", true],
      ["Ready", !broken && !ended],
      ["ContainersReady", !broken && !ended],
      ["PodScheduled", true],
    ] as const
  ).reduce(
    (all, [type, holds]) =>
      withCondition(all, { type, status: holds ? "True" : "False", ...(holds || !broken ? {} : { reason: "ContainersNotReady" }) }, input.now), // prettier-ignore
    before.conditions ?? [],
  );
  return {
    ...before,
    phase,
    startTime,
    hostIP: input.hostIp,
    hostIPs: [{ ip: input.hostIp }],
    podIP: input.podIp,
    podIPs: [{ ip: input.podIp }],
    conditions,
    ...(initContainers.length === 0 ? {} : { initContainerStatuses: initContainers.map((container) => initStatus(container, startTime)) }), // prettier-ignore
    containerStatuses: containers.map((container) =>
      containerStatus(container, startTime, ended ? input.now : undefined),
    ),
  };
}

/** What is wrong with a container by the rules of the demo: see createKubelet. */
function problemOf({ image = "", args = [] }: ContainerSpec): "ImagePullBackOff" | "CrashLoopBackOff" | undefined {
  if (image.endsWith(":missing")) return "ImagePullBackOff";
  return args.includes("--crash") ? "CrashLoopBackOff" : undefined;
}

function containerStatus(container: ContainerSpec, startedAt: string, finishedAt: string | undefined): object {
  const { name, image = "" } = container;
  const problem = problemOf(container);
  const base = { name, image, restartCount: 0, ready: false, started: false };
  if (problem === "ImagePullBackOff") {
    return {
      ...base,
      imageID: "",
      state: { waiting: { reason: problem, message: `Back-off pulling image "${image}"` } },
    };
  }
  const run = { imageID: `${image}@sha256:${"0".repeat(64)}`, containerID: `containerd://${name}` };
  if (problem === "CrashLoopBackOff") {
    const ended = { exitCode: 1, reason: "Error", startedAt, finishedAt: startedAt };
    const waiting = { reason: problem, message: `back-off 5m0s restarting failed container=${name}` };
    return { ...base, ...run, restartCount: 7, state: { waiting }, lastState: { terminated: ended } };
  }
  if (finishedAt !== undefined) {
    return { ...base, ...run, state: { terminated: { exitCode: 0, reason: "Completed", startedAt, finishedAt } } };
  }
  return { ...base, ...run, ready: true, started: true, state: { running: { startedAt } } };
}

/** Sidecars run on, other init containers are done. */
function initStatus({ name, image = "", restartPolicy }: ContainerSpec, startedAt: string): object {
  const base = { name, image, imageID: `${image}@sha256:${"0".repeat(64)}`, restartCount: 0, ready: true };
  return restartPolicy === "Always"
    ? { ...base, started: true, state: { running: { startedAt } } }
    : {
        ...base,
        started: false,
        state: { terminated: { exitCode: 0, reason: "Completed", startedAt, finishedAt: startedAt } },
      };
}
