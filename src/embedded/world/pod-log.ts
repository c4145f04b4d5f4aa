import { createHash } from "node:crypto";
import { knownResources } from "../../kube/known-resources.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { Clock } from "../../lib/clock.ts";
import type { LogSource } from "../api-context.ts";
import { specOf, statusOf } from "./controllers/controller.ts";
import { problemOf } from "./controllers/pod-status.ts";
import type { ContainerSpec } from "./controllers/pod-status.ts";
import type { View } from "./view.ts";

interface ContainerState {
  readonly running?: { readonly startedAt: string };
  readonly terminated?: { readonly startedAt: string; readonly finishedAt: string };
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface PodStatus {
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

/** One line in each of these, somewhere in it. */
const slotMs = 5_000;
/** A log is rotated after this many lines; the one before is kept, as kubelets do by size. */
const rotateAfter = 500;

/**
 * The logs that the kubelets of an embedded cluster would have: made when they are asked for, from the pod's uid and the time, so that they are
 * the same each time and grow while the container runs.
 */
export function createPodLogs(view: View, clock: Clock): LogSource {
  return ({ namespace, pod: podName, container: containerName, previous = false }) => {
    const pod = view.get(knownResources.pods, namespace, podName);
    if (pod === undefined) return undefined;
    const { containers = [], initContainers = [] } = specOf<{ containers?: ContainerSpec[]; initContainers?: ContainerSpec[] }>(pod); // prettier-ignore
    const { containerStatuses = [], initContainerStatuses = [] } = statusOf<PodStatus>(pod);
    const container = [...containers, ...initContainers].find(({ name }) => name === containerName);
    const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === containerName);
    if (container === undefined || status === undefined) return undefined;
    if (previous && status.restartCount === 0) return undefined;
    const ended = previous ? status.lastState?.terminated : (status.state?.terminated ?? status.lastState?.terminated);
    const startedAt = previous ? ended?.startedAt : (status.state?.running?.startedAt ?? ended?.startedAt);
    if (startedAt === undefined) return undefined;
    const isRunning = !previous && status.state?.running !== undefined;
    const startMs = Date.parse(startedAt);
    const endMs = isRunning || ended === undefined ? clock.now() : Date.parse(ended.finishedAt);
    return toLines(pod, container, { startMs, endMs, isRunning }).join("");
  };
}

interface Life {
  readonly startMs: number;
  readonly endMs: number;
  readonly isRunning: boolean;
}

function toLines(pod: KubeObject, container: ContainerSpec, { startMs, endMs, isRunning }: Life): string[] {
  const { image = "", name } = container;
  const version = image.slice(image.lastIndexOf(":") + 1);
  const app = pod.metadata.labels?.["app"] ?? name;
  const begin = [
    line(startMs, `level=info msg="starting" app=${app} version=${version} pod=${pod.metadata.name}`),
    line(startMs + 12, `level=info msg="configuration read" file=/etc/app/app.yaml`),
  ];
  if (problemOf(container) === "CrashLoopBackOff") {
    return [
      ...begin,
      line(startMs + 40, `level=fatal msg="cannot reach the model store: connection refused" attempt=1`),
    ];
  }
  const isJob = specOf<{ restartPolicy?: string }>(pod).restartPolicy !== "Always";
  const count = Math.max(0, Math.floor((endMs - startMs) / slotMs));
  const first = Math.max(0, (Math.floor(count / rotateAfter) - 1) * rotateAfter);
  const lines = first === 0 ? begin : [];
  for (let slot = first; slot < count; slot++) {
    const digits = createHash("sha256").update(`${pod.metadata.uid} ${name} ${slot}`).digest();
    lines.push(line(startMs + slot * slotMs + (digits.readUInt16BE(0) % slotMs), toMessage(digits, isJob, slot)));
  }
  if (!isRunning) lines.push(line(endMs, `level=info msg="done" exit=0`));
  return lines;
}

/** RFC 3339 with nanoseconds, as the CRI writes logs. */
function line(ms: number, message: string): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000000Z ${message}\n`;
}

const paths = ["/", "/healthz", "/api/items", "/api/items/42", "/api/cart", "/api/session"];

function toMessage(digits: Buffer, isJob: boolean, slot: number): string {
  const pick = digits.readUInt8(2);
  const trace = digits.toString("hex", 8, 16);
  if (isJob) return `level=info msg="batch done" batch=${slot + 1} rows=${200 + pick}`;
  if (pick < 6) return `level=warn msg="slow answer from upstream" duration=${900 + pick * 37}ms trace=${trace}`;
  if (pick < 20) return `level=info msg="cache refreshed" entries=${1_000 + digits.readUInt16BE(4)}`;
  const path = paths[digits.readUInt8(3) % paths.length];
  const status = pick > 250 ? 404 : 200;
  return `level=info msg="request" method=GET path=${path} status=${status} duration=${1 + (pick % 90)}ms trace=${trace}`;
}
