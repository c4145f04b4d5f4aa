import { toMetaTime } from "../api-context.ts";
import type { ApiContext } from "../api-context.ts";
import { ensureObject, isJsonObject, itemsAt, toDraft, valueAt } from "../json-value.ts";
import { badRequest, conflict } from "../status-error.ts";
import type { ObjectTarget } from "./target.ts";
import { readStored, toSubject } from "./target.ts";
import { commitDraft } from "./write-object.ts";
import type { VerbOptions } from "./write-options.ts";

/** pods/binding: a scheduler's decision; sets spec.nodeName and the condition PodScheduled. Throws 409 for a pod that has a node or is on its way out. */
export function bindPod(context: ApiContext, target: ObjectTarget, body: unknown, { dryRun }: VerbOptions): void {
  const node = valueAt(body, "target", "name");
  if (typeof node !== "string" || node === "") throw badRequest("target.name: Required value");
  const pod = readStored(context, target);
  const refuse = (why: string): never => {
    throw conflict({ ...toSubject(target), plural: "pods/binding" }, target.name, why);
  };
  if (pod.metadata.deletionTimestamp !== undefined)
    refuse(`pod ${target.name} is being deleted, cannot be assigned to a host`);
  const present = valueAt(pod, "spec", "nodeName");
  if (present !== undefined && present !== "")
    refuse(`pod ${target.name} is already assigned to node ${JSON.stringify(present)}`);
  const draft = toDraft(pod);
  ensureObject(draft, "spec")["nodeName"] = node;
  const status = ensureObject(draft, "status");
  const others = itemsAt(status, "conditions").filter((one) => !isJsonObject(one) || one["type"] !== "PodScheduled");
  const scheduled = {
    type: "PodScheduled",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: toMetaTime(context.clock.now()),
  };
  status["conditions"] = [...others, scheduled];
  commitDraft(context, target, { draft, old: pod, dryRun });
}
