import { isKubeError } from "../../kube/kube-error.ts";
import { systemIdentity } from "../../kube/identity.ts";
import { knownResources } from "../../kube/known-resources.ts";
import type { KubeObject } from "../../kube/object.ts";
import { sleep } from "../../lib/clock.ts";
import type { Clock } from "../../lib/clock.ts";
import type { EmbeddedApi } from "../embedded-api.ts";
import { statusOf, timestamp, withCondition } from "./controllers/controller.ts";
import type { WireCondition } from "./controllers/controller.ts";

export interface BadDayOptions {
  readonly name: string;
  readonly api: EmbeddedApi;
  readonly clock: Clock;
}

/** How long a flapping node stays in one state: long enough to be seen, short enough that nothing is evicted. */
const flapMs = 8_000;
/** What each request to the slow cluster waits. */
const slowMs = 1_500;
/** The slow cluster answers this long … */
const reachableMs = 20_000;
/** … and then not at all this long. */
const unreachableMs = 60_000;

/**
 * What `--faults` does to an embedded cluster until the returned function is called: "home" stays well, "tokyo" is slow and then unreachable in
 * turns, and the last node of any other one flaps between Ready, NotReady and unknown.
 */
export function startBadDay({ name, api, clock }: BadDayOptions): () => void {
  if (name === "home") return () => {};
  const stop = new AbortController();
  const trouble = name === "tokyo" ? fadeInAndOut(api, clock, stop.signal) : flap(api, clock, stop.signal);
  // Ends by the abort alone: whatever else it throws is a mistake of ours and may stop the process.
  void trouble.catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return () => stop.abort(new Error("the bad day is over"));
}

/** Only requests over the handler are hit: the cluster's own controllers go on, as behind a broken network. */
async function fadeInAndOut(api: EmbeddedApi, clock: Clock, signal: AbortSignal): Promise<void> {
  const undo = new Set([api.faults.slow(slowMs)]);
  signal.addEventListener("abort", () => undo.forEach((one) => one()), { once: true });
  for (;;) {
    await sleep(clock, reachableMs, signal);
    const release = api.faults.stall();
    undo.add(release);
    api.faults.cutStreams({ abruptly: true });
    await sleep(clock, unreachableMs, signal);
    release();
    undo.delete(release);
  }
}

const ready = { status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" };
const states = [
  { status: "False", reason: "KubeletNotReady", message: "container runtime is down" },
  ready,
  { status: "Unknown", reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." },
  ready,
] as const;

async function flap(api: EmbeddedApi, clock: Clock, signal: AbortSignal): Promise<void> {
  const { nodes } = knownResources;
  const options = { signal, as: systemIdentity("bad day") };
  for (let turn = 0; ; turn++) {
    await sleep(clock, flapMs, signal);
    const { items } = await api.client.list(nodes, {}, options);
    const names = (items as readonly KubeObject[]).map(({ metadata }) => metadata.name).sort();
    const name = names.at(-1);
    const state = states[turn % states.length];
    if (name === undefined || state === undefined) continue;
    const node = await api.client.get(nodes, { name }, options);
    const before = statusOf<{ conditions?: WireCondition[] }>(node);
    const now = timestamp(clock);
    const lastHeartbeatTime = state.status === "Unknown" ? {} : { lastHeartbeatTime: now };
    const conditions = withCondition(before.conditions ?? [], { type: "Ready", ...state, ...lastHeartbeatTime }, now);
    try {
      const wanted = { ...node, status: { ...before, conditions } };
      await api.client.replace(nodes, wanted, { ...options, fieldManager: "kubelet", subresource: "status" });
    } catch (error) {
      // Somebody else wrote between; the next turn comes.
      if (!isKubeError(error, "Conflict", "NotFound")) throw error;
    }
  }
}
