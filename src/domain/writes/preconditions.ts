import { ApiError } from "../../kube/api-error.ts";
import { isKubeError } from "../../kube/kube-error.ts";
import { formatKey } from "../../kube/object-key.ts";
import { toObjectName } from "./write-target.ts";
import type { Preconditions, WriteCall, WriteTarget } from "./write-target.ts";

/**
 * Runs a write that carries its preconditions to the API server, which decides in one step with the write. Before that, a uid is compared by
 * a read: a patch that names another uid is refused by API servers as Invalid, which would tell the caller nothing. CONFLICT where one does
 * not hold; nothing is written then.
 */
export async function withPreconditions<Result>(
  target: WriteTarget,
  call: WriteCall,
  write: () => Promise<Result>,
): Promise<Result> {
  const { preconditions } = call;
  if (preconditions.uid !== undefined) await demand(target, call);
  try {
    return await write();
  } catch (error) {
    // A failed `test` of a JSON patch and a changed uid both come as Invalid: a read tells whether it was ours.
    if (isKubeError(error, "Invalid") && isSet(preconditions)) await demand(target, call);
    throw error;
  }
}

/** metadata of a merge patch or an apply that the API server compares. */
export function toPreconditionMeta({ uid, resourceVersion }: Preconditions): Readonly<Record<string, string>> {
  return { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
}

function isSet({ uid, resourceVersion }: Preconditions): boolean {
  return uid !== undefined || resourceVersion !== undefined;
}

/** Throws CONFLICT unless the object is there and as demanded. */
async function demand(target: WriteTarget, { signal, as, preconditions }: WriteCall): Promise<void> {
  const key = formatKey(target);
  const found = await target.client
    .get(target.resource, toObjectName(target), { signal, as })
    .catch((error: unknown) => {
      if (isKubeError(error, "NotFound")) throw conflict(target, `${key} is not there`, error);
      throw error;
    });
  const { uid, resourceVersion } = found.metadata;
  if (preconditions.uid !== undefined && uid !== preconditions.uid) {
    throw conflict(target, `${key} has uid ${uid}, not ${preconditions.uid}: it was re-created`);
  }
  if (preconditions.resourceVersion !== undefined && resourceVersion !== preconditions.resourceVersion) {
    throw conflict(target, `${key} has resourceVersion ${resourceVersion}, not ${preconditions.resourceVersion}: it changed since it was read`); // prettier-ignore
  }
}

function conflict({ cluster }: WriteTarget, what: string, cause?: unknown): ApiError {
  return new ApiError("CONFLICT", `A precondition does not hold: ${what}. Nothing was written. Read again and repeat.`, { cluster }, cause); // prettier-ignore
}
