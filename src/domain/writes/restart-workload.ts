import { ApiError } from "../../kube/api-error.ts";
import type { Written } from "../../kube/client.ts";
import { mergeObject } from "./patch-object.ts";
import type { WriteCall, WriteTarget } from "./write-target.ts";

/** On the pod template: another value is another template, so the controller replaces the pods one after another. */
export const restartedAnnotation = "fleetgraph.io/restarted";

const restartable: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** Replaces the pods, as kubectl rollout restart; with the same key only once, since the template is then the same. */
export function restartWorkload(target: WriteTarget, key: string, call: WriteCall): Promise<Written> {
  const { group, kind } = target.resource;
  if (group !== "apps" || !restartable.has(kind)) {
    throw new ApiError("BAD_USER_INPUT", `Argument input.object must name a Deployment, StatefulSet or DaemonSet but names a ${kind}.`); // prettier-ignore
  }
  if (key.length < 1 || key.length > 63) {
    throw new ApiError("BAD_USER_INPUT", `Argument input.idempotencyKey must have 1 to 63 characters but has ${key.length}.`); // prettier-ignore
  }
  const template = { metadata: { annotations: { [restartedAnnotation]: key } } };
  return mergeObject(target, { spec: { template } }, call, "restart");
}
