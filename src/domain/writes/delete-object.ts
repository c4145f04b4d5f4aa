import { ApiError } from "../../kube/api-error.ts";
import type { Deleted, DeleteQuery } from "../../kube/client.ts";
import { toPreconditionMeta } from "./preconditions.ts";
import { toObjectName, toWriteOptions } from "./write-target.ts";
import type { WriteCall, WriteTarget } from "./write-target.ts";

export interface DeleteInput {
  readonly propagationPolicy?: "BACKGROUND" | "FOREGROUND" | "ORPHAN" | null;
  /** Unset = the object's own; 0 = at once. */
  readonly gracePeriodSeconds?: number | null;
}

const policies = { BACKGROUND: "Background", FOREGROUND: "Foreground", ORPHAN: "Orphan" } as const;

/** Deletes; the API server checks the preconditions in one step with it. With finalizers the object stays, terminating. */
export function deleteObject(target: WriteTarget, input: DeleteInput, call: WriteCall): Promise<Deleted> {
  const { propagationPolicy, gracePeriodSeconds } = input;
  if (typeof gracePeriodSeconds === "number" && (gracePeriodSeconds < 0 || !Number.isInteger(gracePeriodSeconds))) {
    throw new ApiError("BAD_USER_INPUT", `Argument input.gracePeriodSeconds must not be negative but got: ${gracePeriodSeconds}.`); // prettier-ignore
  }
  const query: DeleteQuery = {
    ...toPreconditionMeta(call.preconditions),
    ...(propagationPolicy ? { propagationPolicy: policies[propagationPolicy] } : {}),
    ...(typeof gracePeriodSeconds === "number" ? { gracePeriodSeconds } : {}),
  };
  return target.client.delete(target.resource, toObjectName(target), query, toWriteOptions(call, "delete"));
}
