import { ApiError } from "../../kube/api-error.ts";
import type { Written } from "../../kube/client.ts";
import { toApiVersion } from "../../kube/resource-id.ts";
import { toPreconditionMeta, withPreconditions } from "./preconditions.ts";
import { toObjectName, toWriteOptions } from "./write-target.ts";
import type { WriteCall, WriteTarget } from "./write-target.ts";

/**
 * Sets replicas through the scale subresource, which every kind that scales has in the same shape. The answer's object is an
 * autoscaling/v1 Scale, whose resourceVersion is the object's. Throws BAD_USER_INPUT where the kind has none.
 */
export function scaleObject(
  target: WriteTarget,
  { replicas, scalable }: { readonly replicas: number; readonly scalable: boolean },
  call: WriteCall,
): Promise<Written> {
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw new ApiError("BAD_USER_INPUT", `Argument input.replicas must be 0 or more but got: ${replicas}.`);
  }
  if (!scalable) {
    const { resource, cluster } = target;
    throw new ApiError("BAD_USER_INPUT", `Argument input.object: ${resource.kind} of ${toApiVersion(resource)} has no scale subresource in cluster ${cluster}.`); // prettier-ignore
  }
  const metadata = toPreconditionMeta(call.preconditions);
  const body = { ...(Object.keys(metadata).length === 0 ? {} : { metadata }), spec: { replicas } };
  return withPreconditions(target, call, () =>
    target.client.patch(
      target.resource,
      toObjectName(target),
      { type: "merge", body },
      {
        ...toWriteOptions(call, "scale"),
        subresource: "scale",
      },
    ),
  );
}
