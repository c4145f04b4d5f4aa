import { ApiError } from "../../kube/api-error.ts";
import type { Written } from "../../kube/client.ts";
import type { KubeObject } from "../../kube/object.ts";
import { toPreconditionMeta, withPreconditions } from "./preconditions.ts";
import { toObjectName, toWriteOptions } from "./write-target.ts";
import type { Preconditions, WriteCall, WriteTarget } from "./write-target.ts";

/** Creates or changes an object by server-side apply (KEP-555). `force` takes over fields of other managers; else KubeError "Conflict" names them. */
export function applyObject(
  target: WriteTarget,
  manifest: KubeObject,
  force: boolean,
  call: WriteCall,
): Promise<Written> {
  const preconditions = joinPreconditions(manifest, call.preconditions);
  const body = { ...manifest, metadata: { ...manifest.metadata, ...toPreconditionMeta(preconditions) } };
  return withPreconditions(target, { ...call, preconditions }, () =>
    target.client.patch(
      target.resource,
      toObjectName(target),
      { type: "apply", body, force },
      toWriteOptions(call, "apply"),
    ),
  );
}

/** uid and resourceVersion of the manifest act as preconditions too; two that differ could never both hold. */
function joinPreconditions({ metadata }: KubeObject, given: Preconditions): Preconditions {
  for (const field of ["uid", "resourceVersion"] as const) {
    if (given[field] !== undefined && metadata[field] !== undefined && given[field] !== metadata[field]) {
      throw new ApiError("BAD_USER_INPUT", `Arguments input.preconditions.${field} and metadata.${field} of input.manifest differ: give one of them.`); // prettier-ignore
    }
  }
  return { uid: given.uid ?? metadata.uid, resourceVersion: given.resourceVersion ?? metadata.resourceVersion };
}
