import type { KubeObject } from "../../kube/object.ts";
import type { ApiContext } from "../api-context.ts";
import { trackUpdate } from "../apply/track-update.ts";
import type { Draft } from "../json-value.ts";
import { cloneJson } from "../json-value.ts";
import { toStored } from "../registry/resource-definition.ts";
import { badRequest, invalid, methodNotAllowed } from "../status-error.ts";
import { checkObjectNamespace, setDefaults, toWriteCall } from "./create-object.ts";
import { decodeObject } from "./decode-object.ts";
import type { ObjectTarget } from "./target.ts";
import { readStored } from "./target.ts";
import { checkPreconditions, commitDraft, keepSystemFields, validateObject } from "./write-object.ts";
import type { VerbOptions, VerbResult } from "./write-options.ts";

/** Throws 400 where the object says another name than the path. */
export function checkObjectName(target: ObjectTarget, draft: Draft): void {
  const { name } = draft.metadata;
  if (name === undefined || name === "") draft.metadata.name = target.name;
  else if (name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  }
}

/** The update verb, of an object or of its status. Throws StatusError. */
export function updateObject(
  context: ApiContext,
  target: ObjectTarget,
  body: unknown,
  options: VerbOptions,
): VerbResult<KubeObject> {
  if (options.subresource === "status" && !target.served.version.hasStatus) throw methodNotAllowed();
  const { draft, warnings } = decodeObject(target.served, body, options);
  checkObjectNamespace(target, draft);
  const old = readStored(context, target);
  checkObjectName(target, draft);
  const { definition } = target.served;
  const needsVersion = definition.isCustom || definition.behaviour.requiresResourceVersion === true;
  if (needsVersion && (draft.metadata.resourceVersion ?? "") === "") {
    const message = "Invalid value: 0: must be specified for an update";
    throw invalid(definition, target.name, [
      { reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" },
    ]);
  }
  const object = storeUpdate(context, target, { served: draft, old, options, tracked: false });
  return { object, created: false, warnings };
}

export interface Update {
  /** Of the served version, decoded. */
  readonly served: Draft;
  readonly old: KubeObject;
  readonly options: VerbOptions;
  /** Whether managedFields are already those of the result, as after an apply. */
  readonly tracked: boolean;
}

/** From a decoded draft to the stored object, in the order of the real server's update handler. */
export function storeUpdate(
  context: ApiContext,
  target: ObjectTarget,
  { served, old, options, tracked }: Update,
): KubeObject {
  const { definition } = target.served;
  checkPreconditions(target, served, old);
  const draft = toStored(target.served, served);
  setDefaults(target, draft);
  keepOtherHalf(target, draft, old, options);
  definition.behaviour.authorizeWrite?.(draft, old, toWriteCall(context, target, options));
  if (!tracked) trackUpdate(context, target.served, { live: old, draft, options });
  // Taken before prepareUpdate puts the old finalizers back: the draft may be the very object that was served.
  const { spec } = served;
  definition.behaviour.prepareUpdate?.(draft, old, context);
  if (options.subresource === "finalize") draft["spec"] = spec;
  keepSystemFields(target.served, draft, old);
  validateObject(target.served, draft, old);
  return commitDraft(context, target, { draft, old, dryRun: options.dryRun });
}

/** An update of the object leaves the status alone; an update of the status leaves everything else alone. */
function keepOtherHalf({ served }: ObjectTarget, draft: Draft, old: KubeObject, { subresource }: VerbOptions): void {
  if (!served.version.hasStatus) return;
  if (subresource !== "status") {
    restore(draft, old, "status");
    return;
  }
  for (const key of new Set([...Object.keys(draft), ...Object.keys(old)])) {
    if (key !== "metadata" && key !== "status" && key !== "apiVersion" && key !== "kind") restore(draft, old, key);
  }
  const { managedFields } = draft.metadata;
  const { resourceVersion } = draft.metadata;
  if (served.definition.isCustom) {
    draft.metadata = { ...cloneJson(old.metadata as Draft["metadata"]), managedFields, resourceVersion };
  }
}

function restore(draft: Draft, old: KubeObject, key: string): void {
  if (old[key] === undefined) delete draft[key];
  else draft[key] = cloneJson(old[key]);
}
