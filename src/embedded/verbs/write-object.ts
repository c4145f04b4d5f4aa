import type { KubeObject } from "../../kube/object.ts";
import { toMetaTime } from "../api-context.ts";
import type { ApiContext } from "../api-context.ts";
import { equalJson } from "../json-value.ts";
import type { Draft } from "../json-value.ts";
import { validateName } from "../metadata/object-name.ts";
import { validateMetadata } from "../metadata/validate-metadata.ts";
import type { ServedResource } from "../registry/resource-definition.ts";
import { conflict, forbidden, invalid, notFound } from "../status-error.ts";
import type { StatusCause } from "../status-error.ts";
import { validateSchema } from "../validate/validate-schema.ts";
import type { ObjectTarget, Target } from "./target.ts";
import { toStoreKey, toSubject } from "./target.ts";

/** Refuses a creation in a namespace that is missing (404) or on its way out (403), as the NamespaceLifecycle admission does. */
export function checkNamespace(context: ApiContext, target: Target, name: string): void {
  const { namespace } = target;
  if (namespace === "") return;
  const found = context.store.get({ resource: "namespaces", namespace: "", name: namespace });
  if (found === undefined) throw notFound({ group: "", plural: "namespaces" }, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(toSubject(target), name, why, [
    {
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    },
  ]);
}

/** Throws 422 with everything that is wrong. `old` is unset for a creation. */
export function validateObject(served: ServedResource, draft: Draft, old: KubeObject | undefined): void {
  const { definition, version } = served;
  const { behaviour } = definition;
  const causes: StatusCause[] = [];
  if (old === undefined) {
    const { name } = draft.metadata;
    if (name === undefined || name === "") {
      const message = "Required value: name or generateName is required";
      causes.push({ reason: "FieldValueRequired", message, field: "metadata.name" });
    } else causes.push(...validateName(name, behaviour.nameRule ?? "subdomain"));
  }
  causes.push(...validateMetadata(draft, old), ...(behaviour.validate?.(draft, old) ?? []));
  if (definition.isCustom) causes.push(...validateSchema(version.schema, draft));
  if (causes.length > 0) throw invalid(definition, draft.metadata.name ?? "", causes);
}

/** What metadata.generation counts: everything but metadata and a status that has its own subresource. */
function desiredPart(object: KubeObject | Draft, hasStatus: boolean): Record<string, unknown> {
  const {
    metadata: _metadata,
    status,
    apiVersion: _apiVersion,
    ...rest
  } = object as unknown as Record<string, unknown>;
  return hasStatus ? rest : { ...rest, status };
}

function hasGeneration({ definition }: ServedResource): boolean {
  return definition.isCustom || definition.behaviour.hasGeneration === true;
}

export function startGeneration(served: ServedResource, draft: Draft): void {
  if (hasGeneration(served)) draft.metadata.generation = 1;
  else delete draft.metadata.generation;
}

/** metadata that only the server writes is put back; generation counts on where what is desired has changed. */
export function keepSystemFields(served: ServedResource, draft: Draft, old: KubeObject): void {
  const { metadata } = draft;
  const kept = old.metadata;
  metadata.name = kept.name;
  if (kept.namespace !== undefined) metadata.namespace = kept.namespace;
  metadata.uid ??= kept.uid;
  metadata.resourceVersion = kept.resourceVersion;
  for (const field of [
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "generateName",
  ] as const) {
    if (kept[field] === undefined) delete metadata[field];
    else (metadata as unknown as Record<string, unknown>)[field] = kept[field];
  }
  if (!hasGeneration(served)) return;
  const { hasStatus } = served.version;
  if (!equalJson(desiredPart(draft, hasStatus), desiredPart(old, hasStatus))) {
    metadata.generation = (kept.generation ?? 0) + 1;
  }
}

/** Optimistic locking: throws 409 where the draft was made from another version, or of another object, than there is. */
export function checkPreconditions(target: ObjectTarget, draft: Draft, old: KubeObject): void {
  const { resourceVersion, uid } = draft.metadata;
  if (uid !== undefined && uid !== "" && uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ""}`;
    throw conflict(toSubject(target), target.name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== "" && resourceVersion !== "0") {
    if (resourceVersion !== old.metadata.resourceVersion) throw conflict(toSubject(target), target.name, modifiedSince);
  }
}

const modifiedSince = "the object has been modified; please apply your changes to the latest version and try again";

/** Whether nothing keeps a marked object any more: it goes with this write. */
export function isFinished(served: ServedResource, object: KubeObject | Draft): boolean {
  const { metadata } = object;
  if (metadata.deletionTimestamp === undefined) return false;
  if ((metadata.finalizers ?? []).length > 0) return false;
  if ((metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  return served.definition.behaviour.blocksRemoval?.(object as KubeObject) !== true;
}

/**
 * Writes a checked draft over what is there: nothing where it changes nothing, the removal where it was the last thing a deleted
 * object waited for. With `dryRun` it answers what would be.
 */
export function commitDraft(
  context: ApiContext,
  target: ObjectTarget,
  { draft, old, dryRun }: { readonly draft: Draft; readonly old: KubeObject | undefined; readonly dryRun: boolean },
): KubeObject {
  if (old !== undefined && equalJson(draft, old)) return old;
  if (dryRun) {
    if (old === undefined) delete draft.metadata.resourceVersion;
    return draft as unknown as KubeObject;
  }
  const key = toStoreKey(target);
  if (old !== undefined && isFinished(target.served, draft)) {
    const stored = context.store.commit({ type: "put", key, draft });
    context.store.commit({ type: "delete", key });
    return stored;
  }
  return context.store.commit({ type: "put", key, draft });
}

/** When a new object was made, as stored. */
export function creationTime(context: ApiContext): string {
  return toMetaTime(context.clock.now());
}
