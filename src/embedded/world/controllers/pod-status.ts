import type { KubeObject } from "../../../kube/object.ts";
import { statusOf, withCondition } from "./controller.ts";
import type { WireCondition } from "./controller.ts";

export interface ContainerSpec {
  readonly name: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly restartPolicy?: string;
}

export interface PodSpecForStatus {
  readonly containers?: readonly ContainerSpec[];
  readonly initContainers?: readonly ContainerSpec[];
  readonly restartPolicy?: string;
}

export interface PodStatusInput {
  /** RFC 3339. */
  readonly now: string;
  readonly hostIp: string;
  readonly podIp: string;
  /** The containers have ended well. */
  readonly isDone: boolean;
  /** Where a crashing container stands. */
  readonly crash: CrashState;
}

/** How often a crashing container has been started again, when it last died, and how long it waits now. */
export interface CrashState {
  readonly restarts: number;
  /** RFC 3339. */
  readonly diedAt: string;
  readonly backoffSeconds: number;
}

/** By the rules of the demo (see createKubelet): what is wrong with a container. */
export type ContainerProblem = "ImagePullBackOff" | "CrashLoopBackOff";

interface WirePodStatus {
  readonly phase?: string;
  readonly startTime?: string;
  readonly conditions?: WireCondition[];
  readonly containerStatuses?: readonly WireContainerStatus[];
}

interface WireContainerStatus {
  readonly name: string;
  readonly state?: { readonly running?: { readonly startedAt?: string } };
}

/** The status a kubelet would write for a bound pod on a ready node; the same again for the same input. */
export function toPodStatus(pod: KubeObject, spec: PodSpecForStatus, input: PodStatusInput): object {
  const before = statusOf<WirePodStatus>(pod);
  const { containers = [], initContainers = [] } = spec;
  const problems = containers.map(problemOf);
  const isBroken = problems.some((problem) => problem !== undefined);
  const phase = toPhase(spec, problems, input.isDone);
  const ended = phase === "Succeeded" || phase === "Failed";
  const startTime = before.startTime ?? input.now;
  const ready = isBroken || ended ? "False" : "True";
  const unready = ready === "True" ? {} : { reason: ended ? "PodCompleted" : "ContainersNotReady" };
  const wanted: readonly WireCondition[] = [
    { type: "PodReadyToStartContainers", status: ended ? "False" : "True" },
    { type: "Initialized", status: "True", ...(ended ? { reason: "PodCompleted" } : {}) },
    { type: "Ready", status: ready, ...unready },
    { type: "ContainersReady", status: ready, ...unready },
    { type: "PodScheduled", status: "True" },
  ];
  return {
    ...before,
    phase,
    startTime,
    hostIP: input.hostIp,
    hostIPs: [{ ip: input.hostIp }],
    podIP: input.podIp,
    podIPs: [{ ip: input.podIp }],
    conditions: wanted.map((condition) => settle(before.conditions ?? [], condition, input.now)),
    ...(initContainers.length === 0 ? {} : { initContainerStatuses: initContainers.map((container) => initStatus(container, startTime)) }), // prettier-ignore
    containerStatuses: containers.map((container, index) => {
      const running = before.containerStatuses?.find(({ name }) => name === container.name)?.state?.running;
      const place = { startedAt: running?.startedAt ?? input.now, ended, finishedAt: input.now, crash: input.crash };
      return containerStatus(pod, container, problems[index], place);
    }),
  };
}

function settle(before: readonly WireCondition[], condition: WireCondition, now: string): WireCondition {
  const last = before.filter(({ type }) => type === condition.type);
  return { lastProbeTime: null, ...withCondition(last, condition, now)[0]! } as WireCondition;
}

function toPhase(
  { restartPolicy = "Always" }: PodSpecForStatus,
  problems: readonly (ContainerProblem | undefined)[],
  isDone: boolean,
): "Pending" | "Running" | "Succeeded" | "Failed" {
  if (problems.length > 0 && problems.every((problem) => problem === "ImagePullBackOff")) return "Pending";
  if (restartPolicy === "Never" && problems.includes("CrashLoopBackOff")) return "Failed";
  return isDone && problems.every((problem) => problem === undefined) ? "Succeeded" : "Running";
}

export function problemOf({ image = "", args = [] }: ContainerSpec): ContainerProblem | undefined {
  if (image.endsWith(":missing")) return "ImagePullBackOff";
  return args.includes("--crash") ? "CrashLoopBackOff" : undefined;
}

interface ContainerPlace {
  readonly startedAt: string;
  readonly ended: boolean;
  readonly finishedAt: string;
  readonly crash: CrashState;
}

function containerStatus(
  { metadata }: KubeObject,
  { name, image = "" }: ContainerSpec,
  problem: ContainerProblem | undefined,
  { startedAt, ended, finishedAt, crash }: ContainerPlace,
): object {
  const base = { name, image, restartCount: 0, ready: false, started: false };
  if (problem === "ImagePullBackOff") {
    const message = `Back-off pulling image "${image}": ErrImagePull: ${notFoundMessage(image)}`;
    return { ...base, imageID: "", state: { waiting: { reason: problem, message } } };
  }
  const containerID = `containerd://${(metadata.uid ?? "").replaceAll("-", "").padEnd(64, "0")}`;
  const run = { imageID: `${image}@sha256:${"0".repeat(64)}`, containerID };
  if (problem === "CrashLoopBackOff") {
    const { restarts, diedAt, backoffSeconds } = crash;
    const terminated = { exitCode: 1, reason: "Error", startedAt: diedAt, finishedAt: diedAt, containerID };
    if (ended) return { ...base, ...run, state: { terminated } };
    const message = `back-off ${backoffSeconds}s restarting failed container=${name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`;
    return { ...base, ...run, restartCount: restarts, state: { waiting: { reason: problem, message } }, lastState: { terminated } }; // prettier-ignore
  }
  if (ended) {
    const terminated = { exitCode: 0, reason: "Completed", startedAt, finishedAt, containerID };
    return { ...base, ...run, state: { terminated } };
  }
  return { ...base, ...run, ready: true, started: true, state: { running: { startedAt } } };
}

/** What containerd says of an image that is not there. */
export function notFoundMessage(image: string): string {
  return `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": not found`;
}

/** Sidecars run on, other init containers are done. */
function initStatus({ name, image = "", restartPolicy }: ContainerSpec, startedAt: string): object {
  const base = { name, image, imageID: `${image}@sha256:${"0".repeat(64)}`, restartCount: 0, ready: true };
  if (restartPolicy === "Always") return { ...base, started: true, state: { running: { startedAt } } };
  const terminated = { exitCode: 0, reason: "Completed", startedAt, finishedAt: startedAt };
  return { ...base, started: false, state: { terminated } };
}
