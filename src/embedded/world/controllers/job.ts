import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { isPodActive, isPodReady, isSame, isTerminating, ownKey, specOf, splitKey, statusOf, timestamp, withCondition, writeOptions } from "./controller.ts"; // prettier-ignore
import type { Controller, ControllerContext, WireCondition } from "./controller.ts";
import { createPodOf, deletePod } from "./pods-of-template.ts";
import type { PodTemplate } from "./pods-of-template.ts";

const manager = "kube-controller-manager";

interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly backoffLimit?: number;
  readonly suspend?: boolean;
  readonly template?: PodTemplate;
}

/** Runs pods until enough have succeeded or too many have failed. */
export function createJobController(context: ControllerContext): Controller {
  const { client, view, clock } = context;
  const { jobs, pods } = knownResources;
  return {
    name: "job",
    keysFor: (resource, object) => ownKey(jobs, pods, resource, object),
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const job = view.get(jobs, namespace, name);
      if (job === undefined || isTerminating(job) || isFinished(job)) return;
      const {
        parallelism = 1,
        completions = 1,
        backoffLimit = 6,
        suspend = false,
        template = {},
      } = specOf<JobSpec>(job);
      const owned = view.controlledBy(pods, job.metadata.uid ?? "");
      const phase = (pod: KubeObject): string | undefined => statusOf<{ phase?: string }>(pod).phase;
      const succeeded = owned.filter((pod) => phase(pod) === "Succeeded").length;
      const failed = owned.filter((pod) => phase(pod) === "Failed").length;
      const active = owned.filter(isPodActive);
      const isComplete = succeeded >= completions;
      const isFailed = failed > backoffLimit;
      const wanted = isComplete || isFailed || suspend ? 0 : Math.min(parallelism, completions - succeeded);
      for (let i = active.length; i < wanted; i++) await createPodOf(context, job, template, manager, signal);
      for (const pod of active.slice(wanted)) await deletePod(context, pod, manager, signal);
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
      if (isSame(status, before)) return;
      await client.replace(jobs, { ...job, status }, writeOptions(signal, manager, "status"));
    },
  };
}

function isFinished(job: KubeObject): boolean {
  const { conditions = [] } = statusOf<{ conditions?: WireCondition[] }>(job);
  return conditions.some(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
}
