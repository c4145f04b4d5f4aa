import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { isPodActive, isPodReady, isSame, isTerminating, ownKey, specOf, splitKey, statusOf, timestamp, withCondition, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext, WireCondition } from "./controller.ts";
import { createPodOf, deletePod } from "./pods-of-template.ts";
import type { PodTemplate } from "./pods-of-template.ts";

const manager = "kube-controller-manager";
const component = "job-controller";

interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly backoffLimit?: number;
  readonly suspend?: boolean;
  readonly template?: PodTemplate;
}

/** Runs pods until enough have succeeded or too many have failed. */
export function createJobController(context: ControllerContext): Controller {
  const { client, view, clock, events } = context;
  const { jobs, pods } = knownResources;
  return {
    name: "job",
    keysFor: (resource, object) => ownKey(jobs, pods, resource, object),
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const job = view.get(jobs, namespace, name);
      if (job === undefined || isTerminating(job) || isFinished(job)) return;
      const { parallelism = 1, completions, backoffLimit = 6, suspend = false, template = {} } = specOf<JobSpec>(job);
      const ownPods = (): KubeObject[] => view.controlledBy(pods, job.metadata.uid ?? "");
      const count = (phase: string): number => ownPods().filter((pod) => statusOf<{ phase?: string }>(pod).phase === phase).length; // prettier-ignore
      const [succeeded, failed] = [count("Succeeded"), count("Failed")];
      // Without completions any success means that the work is done: the others finish, no new ones start.
      const isComplete = completions === undefined ? succeeded > 0 && !ownPods().some(isPodActive) : succeeded >= completions; // prettier-ignore
      const isFailed = !isComplete && failed > backoffLimit;
      const left = completions === undefined ? (succeeded > 0 ? 0 : parallelism) : completions - succeeded;
      const wanted = isComplete || isFailed || suspend ? 0 : Math.min(parallelism, left);
      const running = ownPods().filter(isPodActive);
      for (let i = running.length; i < wanted; i++) await createPodOf(context, job, template, { component }, signal);
      const surplus = completions === undefined && !isFailed && !suspend ? [] : running.slice(wanted);
      for (const pod of surplus) await deletePod(context, pod, { owner: job, component }, signal);
      const active = ownPods().filter(isPodActive);
      const now = timestamp(clock);
      const before = statusOf<{ conditions?: WireCondition[]; startTime?: string }>(job);
      const ends: WireCondition[] = [
        ...(isComplete ? [{ type: "Complete", status: "True", reason: "CompletionsReached", message: "Reached expected number of succeeded pods" }] : []),
        ...(isFailed ? [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" }] : []),
      ]; // prettier-ignore
      const status = {
        ...before,
        startTime: suspend ? before.startTime : (before.startTime ?? now),
        active: isComplete || isFailed ? 0 : active.length,
        ready: active.filter(isPodReady).length,
        succeeded,
        failed,
        ...(isComplete ? { completionTime: now } : {}),
        ...(ends.length > 0
          ? { conditions: ends.reduce((all, end) => withCondition(all, end, now), before.conditions ?? []) }
          : {}),
      };
      const current = view.get(jobs, namespace, name);
      if (current === undefined || isSame(status, statusOf(current))) return;
      await client.replace(jobs, { ...current, status }, writeOptions(signal, manager, "status"));
      if (isComplete) await events.record(job, { type: "Normal", reason: "Completed", message: "Job completed", component }, signal); // prettier-ignore
    },
  };
}

function isFinished(job: KubeObject): boolean {
  const { conditions = [] } = statusOf<{ conditions?: WireCondition[] }>(job);
  return conditions.some(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
}
