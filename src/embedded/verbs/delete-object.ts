import type { KubeObject } from "../../kube/object.ts";
import { toMetaTime } from "../api-context.ts";
import type { ApiContext } from "../api-context.ts";
import { isJsonObject, toDraft } from "../json-value.ts";
import { conflict, invalid } from "../status-error.ts";
import type { ObjectTarget } from "./target.ts";
import { readStored, toStoreKey, toSubject } from "./target.ts";
import { isFinished } from "./write-object.ts";

export interface DeleteOptions {
  readonly propagationPolicy: "Background" | "Foreground" | "Orphan" | undefined;
  readonly gracePeriodSeconds: number | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly dryRun: boolean;
}

/** What became of the object. */
export interface DeleteResult {
  /** Its last state. */
  readonly object: KubeObject;
  /** It is there no more. */
  readonly gone: boolean;
}

const policies = ["Background", "Foreground", "Orphan"] as const;

/** From the body (metav1.DeleteOptions) and the query; the body wins. Throws 400. */
export function parseDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const options = isJsonObject(body) ? body : {};
  const preconditions = isJsonObject(options["preconditions"]) ? options["preconditions"] : {};
  const policy = options["propagationPolicy"] ?? query.get("propagationPolicy") ?? undefined;
  const grace = options["gracePeriodSeconds"] ?? query.get("gracePeriodSeconds") ?? undefined;
  const dryRun = options["dryRun"] ?? query.getAll("dryRun");
  if (policy !== undefined && !policies.some((known) => known === policy)) {
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: "Background", "Foreground", "Orphan"`;
    throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [
      { reason: "FieldValueNotSupported", message, field: "propagationPolicy" },
    ]);
  }
  const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
  return {
    propagationPolicy: policy as DeleteOptions["propagationPolicy"],
    gracePeriodSeconds: grace === undefined ? undefined : Number(grace),
    uid: text(preconditions["uid"]),
    resourceVersion: text(preconditions["resourceVersion"]),
    dryRun: Array.isArray(dryRun) && dryRun.includes("All"),
  };
}

function checkDeletePreconditions(target: ObjectTarget, object: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = object.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid ?? ""}`;
    throw conflict(toSubject(target), target.name, why);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${resourceVersion ?? ""}`;
    throw conflict(toSubject(target), target.name, why);
  }
}

/** Finalizers that the propagation policy asks for, and those it takes back. */
function toFinalizers(present: readonly string[], policy: DeleteOptions["propagationPolicy"]): string[] {
  const rest = present.filter((name) => name !== "orphan" && name !== "foregroundDeletion");
  if (policy === "Orphan") return [...rest, "orphan"];
  if (policy === "Foreground") return [...rest, "foregroundDeletion"];
  return policy === undefined ? [...present] : rest;
}

/**
 * The delete verb: the object goes at once, or is marked and waits for its finalizers, its grace period, or what its kind waits for.
 * A second deletion may shorten the grace, never lengthen it. Throws StatusError.
 */
export function deleteObject(context: ApiContext, target: ObjectTarget, options: DeleteOptions): DeleteResult {
  const { behaviour } = target.served.definition;
  const object = readStored(context, target);
  checkDeletePreconditions(target, object, options);
  behaviour.refuseDelete?.(object);
  const graceSeconds = behaviour.graceSeconds?.(object, options.gracePeriodSeconds) ?? 0;
  const draft = toDraft(object);
  const finalizers = toFinalizers(object.metadata.finalizers ?? [], options.propagationPolicy);
  if (finalizers.length > 0) draft.metadata.finalizers = finalizers;
  else delete draft.metadata.finalizers;
  const marked = object.metadata.deletionTimestamp !== undefined;
  const shortened = graceSeconds < (object.metadata.deletionGracePeriodSeconds ?? 0);
  if (!marked || shortened) {
    draft.metadata.deletionTimestamp = toMetaTime(context.clock.now() + graceSeconds * 1000);
    draft.metadata.deletionGracePeriodSeconds = graceSeconds;
    behaviour.markDeleted?.(draft);
    if (!marked && draft.metadata.generation !== undefined) draft.metadata.generation++;
  }
  const key = toStoreKey(target);
  if (isFinished(target.served, draft)) {
    const gone = options.dryRun ? object : context.store.commit({ type: "delete", key });
    return { object: gone, gone: true };
  }
  const unchanged = marked && !shortened && finalizers.length === (object.metadata.finalizers ?? []).length;
  if (unchanged || options.dryRun)
    return { object: unchanged ? object : (draft as unknown as KubeObject), gone: false };
  return { object: context.store.commit({ type: "put", key, draft }), gone: false };
}
