import { ApiError } from "../../kube/api-error.ts";
import type { Written } from "../../kube/client.ts";
import { mergeObject } from "./patch-object.ts";
import type { WriteCall, WriteTarget } from "./write-target.ts";

/** Makes a node schedulable or not, as kubectl uncordon and cordon. */
export function setSchedulable(target: WriteTarget, schedulable: boolean, call: WriteCall): Promise<Written> {
  const { group, kind } = target.resource;
  if (group !== "" || kind !== "Node") {
    throw new ApiError(
      "BAD_USER_INPUT",
      `Argument input.object must name a Node of apiVersion v1 but names a ${kind}.`,
    );
  }
  // Absent rather than false, as kubectl leaves it: the field is omitted when it is not set.
  return mergeObject(target, { spec: { unschedulable: schedulable ? null : true } }, call, "cordon");
}
