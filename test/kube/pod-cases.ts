/** Pods as hand-written spec and status, to lay beside kubectl. */
export interface PodCase {
  readonly name: string;
  readonly spec: object;
  readonly status: object;
  /** Deleted after its status was written. */
  readonly deleted?: boolean;
}

const image = "example.com/app:1";
const startedAt = "2026-11-21T00:00:00Z";
const finishedAt = "2026-11-21T00:10:00Z";

const app = { name: "app", image };
const two = { containers: [app, { name: "other", image }] };
const one = { containers: [app] };
const init = (...sidecars: readonly boolean[]): object => ({
  containers: [app],
  initContainers: sidecars.map((sidecar, index) => ({
    name: `init${index}`,
    image,
    ...(sidecar ? { restartPolicy: "Always" } : {}),
  })),
});

const running = { running: { startedAt } };
const waiting = (reason: string): object => ({ waiting: { reason, message: `because of ${reason}` } });
const ended = (exitCode: number, rest: object = {}): object => ({
  terminated: { exitCode, startedAt, finishedAt, ...rest },
});
const container = (name: string, state: object, rest: object = {}): object => ({
  name,
  image,
  imageID: "",
  ready: false,
  restartCount: 0,
  state,
  ...rest,
});
const up = { ready: true, started: true };
const condition = (type: string, status: string, reason = ""): object => ({
  type,
  status,
  reason,
  lastTransitionTime: startedAt,
});
const ready = [condition("Initialized", "True"), condition("Ready", "True"), condition("ContainersReady", "True")];
const notReady = [condition("Initialized", "True"), condition("Ready", "False", "ContainersNotReady")];
const crashed = { lastState: ended(1, { reason: "Error" }), restartCount: 3 };

/** What kubectl's STATUS must be, so that a case that misses its point is noticed. */
export const podCases: readonly (PodCase & { readonly expected: string })[] = [
  { name: "pending", expected: "Pending", spec: one, status: { phase: "Pending" } },
  { name: "unschedulable", expected: "Pending", spec: one, status: { phase: "Pending", conditions: [condition("PodScheduled", "False", "Unschedulable")] } }, // prettier-ignore
  { name: "gated", expected: "SchedulingGated", spec: { ...one, nodeName: undefined, schedulingGates: [{ name: "example.com/gate" }] }, status: { phase: "Pending", conditions: [condition("PodScheduled", "False", "SchedulingGated")] } }, // prettier-ignore
  { name: "creating", expected: "ContainerCreating", spec: one, status: { phase: "Pending", conditions: notReady, containerStatuses: [container("app", waiting("ContainerCreating"))] } }, // prettier-ignore
  { name: "running", expected: "Running", spec: one, status: { phase: "Running", podIP: "10.0.0.7", podIPs: [{ ip: "10.0.0.7" }, { ip: "2001:db8::7" }], conditions: ready, containerStatuses: [container("app", running, up)] } }, // prettier-ignore
  { name: "running-restarted", expected: "Running", spec: two, status: { phase: "Running", conditions: ready, containerStatuses: [container("app", running, { ...up, ...crashed }), container("other", running, up)] } }, // prettier-ignore
  { name: "running-not-ready", expected: "Running", spec: one, status: { phase: "Running", conditions: notReady, containerStatuses: [container("app", running)] } }, // prettier-ignore
  { name: "crash-loop", expected: "CrashLoopBackOff", spec: two, status: { phase: "Running", conditions: notReady, containerStatuses: [container("app", waiting("CrashLoopBackOff"), crashed), container("other", running, up)] } }, // prettier-ignore
  { name: "first-speaks", expected: "ImagePullBackOff", spec: two, status: { phase: "Pending", conditions: notReady, containerStatuses: [container("app", waiting("ImagePullBackOff")), container("other", waiting("ErrImagePull"))] } }, // prettier-ignore
  { name: "config-error", expected: "CreateContainerConfigError", spec: one, status: { phase: "Pending", conditions: notReady, containerStatuses: [container("app", waiting("CreateContainerConfigError"))] } }, // prettier-ignore
  { name: "completed", expected: "Completed", spec: { ...one, restartPolicy: "Never" }, status: { phase: "Succeeded", conditions: notReady, containerStatuses: [container("app", ended(0, { reason: "Completed" }))] } }, // prettier-ignore
  { name: "half-completed-ready", expected: "Running", spec: { ...two, restartPolicy: "OnFailure" }, status: { phase: "Running", conditions: ready, containerStatuses: [container("app", ended(0, { reason: "Completed" })), container("other", running, up)] } }, // prettier-ignore
  { name: "half-completed", expected: "NotReady", spec: { ...two, restartPolicy: "OnFailure" }, status: { phase: "Running", conditions: notReady, containerStatuses: [container("app", ended(0, { reason: "Completed" })), container("other", running, up)] } }, // prettier-ignore
  { name: "error", expected: "Error", spec: { ...one, restartPolicy: "Never" }, status: { phase: "Failed", conditions: notReady, containerStatuses: [container("app", ended(1, { reason: "Error" }))] } }, // prettier-ignore
  { name: "oom", expected: "OOMKilled", spec: one, status: { phase: "Running", conditions: notReady, containerStatuses: [container("app", ended(137, { reason: "OOMKilled", signal: 9 }))] } }, // prettier-ignore
  { name: "exit-code", expected: "ExitCode:3", spec: { ...one, restartPolicy: "Never" }, status: { phase: "Failed", conditions: notReady, containerStatuses: [container("app", ended(3))] } }, // prettier-ignore
  { name: "signal", expected: "Signal:15", spec: { ...one, restartPolicy: "Never" }, status: { phase: "Failed", conditions: notReady, containerStatuses: [container("app", ended(143, { signal: 15 }))] } }, // prettier-ignore
  { name: "evicted", expected: "Evicted", spec: one, status: { phase: "Failed", reason: "Evicted", message: "The node was low on memory." } }, // prettier-ignore
  { name: "unknown-phase", expected: "Unknown", spec: one, status: { phase: "Unknown" } },
  { name: "init-first", expected: "Init:0/2", spec: init(false, false), status: { phase: "Pending", conditions: [condition("Initialized", "False")], initContainerStatuses: [container("init0", running), container("init1", waiting("PodInitializing"))], containerStatuses: [container("app", waiting("PodInitializing"))] } }, // prettier-ignore
  { name: "init-second", expected: "Init:1/2", spec: init(false, false), status: { phase: "Pending", conditions: [condition("Initialized", "False")], initContainerStatuses: [container("init0", ended(0, { reason: "Completed" }), { ready: true }), container("init1", running, { restartCount: 2, lastState: ended(1) })], containerStatuses: [container("app", waiting("PodInitializing"))] } }, // prettier-ignore
  { name: "init-crash", expected: "Init:CrashLoopBackOff", spec: init(false), status: { phase: "Pending", conditions: [condition("Initialized", "False")], initContainerStatuses: [container("init0", waiting("CrashLoopBackOff"), crashed)], containerStatuses: [container("app", waiting("PodInitializing"))] } }, // prettier-ignore
  { name: "init-error", expected: "Init:Error", spec: init(false), status: { phase: "Pending", conditions: [condition("Initialized", "False")], initContainerStatuses: [container("init0", ended(1, { reason: "Error" }))] } }, // prettier-ignore
  { name: "init-exit-code", expected: "Init:ExitCode:7", spec: init(false), status: { phase: "Pending", conditions: [condition("Initialized", "False")], initContainerStatuses: [container("init0", ended(7))] } }, // prettier-ignore
  { name: "init-signal", expected: "Init:Signal:9", spec: init(false), status: { phase: "Pending", conditions: [condition("Initialized", "False")], initContainerStatuses: [container("init0", ended(137, { signal: 9 }))] } }, // prettier-ignore
  { name: "init-done", expected: "PodInitializing", spec: init(false), status: { phase: "Pending", conditions: notReady, initContainerStatuses: [container("init0", ended(0, { reason: "Completed" }), { restartCount: 4, lastState: ended(1) })], containerStatuses: [container("app", waiting("PodInitializing"))] } }, // prettier-ignore
  { name: "init-rerun", expected: "Init:0/1", spec: init(false), status: { phase: "Running", conditions: ready, initContainerStatuses: [container("init0", running)], containerStatuses: [container("app", running, up)] } }, // prettier-ignore
  { name: "sidecar-starting", expected: "Init:0/2", spec: init(true, false), status: { phase: "Pending", conditions: [condition("Initialized", "False")], initContainerStatuses: [container("init0", running, { started: false }), container("init1", waiting("PodInitializing"))], containerStatuses: [container("app", waiting("PodInitializing"))] } }, // prettier-ignore
  { name: "sidecar-started", expected: "Init:1/2", spec: init(true, false), status: { phase: "Pending", conditions: [condition("Initialized", "False")], initContainerStatuses: [container("init0", running, { ...up, restartCount: 1, lastState: ended(2) }), container("init1", running)], containerStatuses: [container("app", waiting("PodInitializing"))] } }, // prettier-ignore
  { name: "sidecar-running", expected: "Running", spec: init(true, false, true), status: { phase: "Running", conditions: ready, initContainerStatuses: [container("init0", running, { ...up, restartCount: 2, lastState: ended(2) }), container("init1", ended(0), { restartCount: 5, lastState: ended(1) }), container("init2", running, { started: true, ready: false })], containerStatuses: [container("app", running, up)] } }, // prettier-ignore
  { name: "sidecar-crash", expected: "Init:CrashLoopBackOff", spec: init(true), status: { phase: "Running", conditions: [condition("Initialized", "False")], initContainerStatuses: [container("init0", waiting("CrashLoopBackOff"), crashed)], containerStatuses: [container("app", running, up)] } }, // prettier-ignore
  { name: "terminating", expected: "Terminating", spec: one, deleted: true, status: { phase: "Running", conditions: ready, containerStatuses: [container("app", running, up)] } }, // prettier-ignore
  { name: "terminating-crash", expected: "Terminating", spec: one, deleted: true, status: { phase: "Running", conditions: notReady, containerStatuses: [container("app", waiting("CrashLoopBackOff"), crashed)] } }, // prettier-ignore
  { name: "node-lost", expected: "Unknown", spec: one, deleted: true, status: { phase: "Running", reason: "NodeLost", conditions: notReady, containerStatuses: [container("app", running, up)] } }, // prettier-ignore
  { name: "deleted-completed", expected: "Completed", spec: { ...one, restartPolicy: "Never" }, deleted: true, status: { phase: "Succeeded", conditions: notReady, containerStatuses: [container("app", ended(0, { reason: "Completed" }))] } }, // prettier-ignore
];

const amounts = (cpu: string, memory: string): object => ({ requests: { cpu, memory }, limits: { cpu, memory } });
const asks = (name: string, cpu: string, memory: string, rest: object = {}): object => ({ name, image, resources: amounts(cpu, memory), ...rest }); // prettier-ignore
const always = { restartPolicy: "Always" };
const phase = { phase: "Running" };

export interface ResourceCase extends PodCase {
  readonly finished?: boolean;
  /** What of it `kubectl describe node` 1.34 counts as the scheduler does: it knows resizes only of requests, and no pod-level amounts. */
  readonly kubectl?: "requests" | "nothing";
  /** Ours, where kubectl cannot tell. */
  readonly expected?: { readonly requests: object; readonly limits: object };
}

/** Effective requests and limits. */
export const resourceCases: readonly ResourceCase[] = [
  { name: "r-plain", spec: { containers: [asks("a", "100m", "64Mi"), asks("b", "0.25", "1Gi")] }, status: phase },
  { name: "r-none", spec: one, status: phase },
  { name: "r-half", spec: { containers: [asks("a", "100m", "64Mi"), { name: "b", image }] }, status: phase },
  { name: "r-init-larger", spec: { containers: [asks("a", "100m", "2Gi")], initContainers: [asks("i", "1", "1Gi"), asks("j", "500m", "512Mi")] }, status: phase }, // prettier-ignore
  { name: "r-init-smaller", spec: { containers: [asks("a", "1500m", "2Gi")], initContainers: [asks("i", "1", "1Gi")] }, status: phase }, // prettier-ignore
  { name: "r-sidecar-before", spec: { containers: [asks("a", "100m", "100Mi")], initContainers: [asks("s", "200m", "200Mi", always), asks("i", "1", "1000Mi")] }, status: phase }, // prettier-ignore
  { name: "r-sidecar-after", spec: { containers: [asks("a", "100m", "100Mi")], initContainers: [asks("i", "1", "1000Mi"), asks("s", "200m", "200Mi", always)] }, status: phase }, // prettier-ignore
  { name: "r-sidecars", spec: { containers: [asks("a", "1", "1Gi")], initContainers: [asks("s", "200m", "200Mi", always), asks("i", "900m", "900Mi"), asks("t", "300m", "300Mi", always), asks("j", "700m", "1Gi")] }, status: phase }, // prettier-ignore
  { name: "r-pod-level", kubectl: "nothing", expected: { requests: { cpu: "3", memory: "3Gi" }, limits: { cpu: "3", memory: "3Gi" } }, spec: { resources: amounts("3", "3Gi"), containers: [asks("a", "1", "1Gi"), { name: "b", image }] }, status: phase }, // prettier-ignore
  { name: "r-pod-level-cpu", kubectl: "nothing", expected: { requests: { cpu: "2", memory: "1Gi" }, limits: { cpu: "4", memory: "1Gi" } }, spec: { resources: { requests: { cpu: "2" }, limits: { cpu: "4" } }, containers: [asks("a", "1", "1Gi")] }, status: phase }, // prettier-ignore
  { name: "r-formats", spec: { containers: [asks("a", "1e-1", "1e6"), asks("b", "1500u", "1.5Gi"), asks("c", "2", "100k")] }, status: phase }, // prettier-ignore
  { name: "r-done", finished: true, spec: { containers: [asks("a", "1", "1Gi")], restartPolicy: "Never" }, status: { phase: "Succeeded" } }, // prettier-ignore
  { name: "r-failed", finished: true, spec: { containers: [asks("a", "1", "1Gi")], restartPolicy: "Never" }, status: { phase: "Failed" } }, // prettier-ignore
  { name: "r-resizing", kubectl: "requests", expected: { requests: { cpu: "2", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi" } }, spec: { containers: [asks("a", "1", "1Gi")] }, status: { ...phase, containerStatuses: [container("a", running, { ...up, resources: amounts("2", "2Gi"), allocatedResources: { cpu: "2", memory: "512Mi" } })] } }, // prettier-ignore
  { name: "r-infeasible", kubectl: "requests", expected: { requests: { cpu: "2", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi" } }, spec: { containers: [asks("a", "60", "1Gi")] }, status: { ...phase, conditions: [condition("PodResizePending", "True", "Infeasible")], containerStatuses: [container("a", running, { ...up, resources: amounts("2", "2Gi"), allocatedResources: { cpu: "1", memory: "512Mi" } })] } }, // prettier-ignore
];
