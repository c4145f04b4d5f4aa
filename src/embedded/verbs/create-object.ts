import type { KubeObject } from "../../kube/object.ts";
import type { ApiContext } from "../api-context.ts";
import { trackUpdate } from "../apply/track-update.ts";
import type { Draft } from "../json-value.ts";
import { createUid, generateName } from "../metadata/object-name.ts";
import type { WriteCall } from "../registry/kind-behaviour.ts";
import { toServed, toStored } from "../registry/resource-definition.ts";
import { applySchemaDefaults } from "../schema/apply-schema-defaults.ts";
import { alreadyExists, badRequest } from "../status-error.ts";
import { decodeObject } from "./decode-object.ts";
import type { ObjectTarget, Target } from "./target.ts";
import { toStoreKey, toSubject } from "./target.ts";
import { checkNamespace, commitDraft, creationTime, startGeneration, validateObject } from "./write-object.ts";
import type { VerbOptions, VerbResult } from "./write-options.ts";

/** Puts the namespace of the path into the object. Throws 400 where the object says another. */
export function checkObjectNamespace({ served, namespace }: Target, draft: Draft): void {
  const { metadata } = draft;
  if (!served.definition.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace !== undefined && metadata.namespace !== "" && metadata.namespace !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata.namespace = namespace;
}

/** API defaulting: the kind's own, or the schema's of a custom resource. */
export function setDefaults({ served }: Target, draft: Draft): void {
  if (served.definition.isCustom) applySchemaDefaults(served.version.schema, draft);
  else served.definition.behaviour.setDefaults?.(draft);
}

/** The create verb. `name` is what the path says, for a creation by apply. Throws StatusError. */
export function createObject(
  context: ApiContext,
  target: Target,
  body: unknown,
  options: VerbOptions,
): VerbResult<KubeObject> {
  const { draft, warnings } = decodeObject(target.served, body, options);
  const { answer } = target.served.definition.behaviour;
  if (answer !== undefined) {
    checkObjectNamespace(target, draft);
    const object = answer(draft, toWriteCall(context, target, options)) as unknown as KubeObject;
    return { object, created: true, warnings };
  }
  return { object: storeNew(context, target, draft, { options, tracked: false }), created: true, warnings };
}

/** What a kind is told of a write. */
export function toWriteCall(context: ApiContext, { served, namespace }: Target, { user }: VerbOptions): WriteCall {
  return { context, user, plural: served.definition.plural, namespace };
}

/** From a decoded draft of the served version to the stored object, in the order of the real server's create handler. */
export function storeNew(
  context: ApiContext,
  target: Target,
  served: Draft,
  { options, tracked }: { readonly options: VerbOptions; readonly tracked: boolean },
): KubeObject {
  const { definition } = target.served;
  const { behaviour } = definition;
  checkObjectNamespace(target, served);
  const generated = isUnset(served.metadata.name) && !isUnset(served.metadata.generateName);
  if (generated) served.metadata.name = generateName(served.metadata.generateName!, context.random);
  if (!isUnset(served.metadata.resourceVersion)) {
    throw badRequest("resourceVersion should not be set on objects to be created");
  }
  checkNamespace(context, target, served.metadata.name ?? "");
  const draft = toStored(target.served, served);
  setDefaults(target, draft);
  behaviour.authorizeWrite?.(draft, undefined, toWriteCall(context, target, options));
  if (target.served.version.hasStatus && behaviour.keepsStatusOnCreate !== true) delete draft["status"];
  if (!tracked) trackUpdate(context, target.served, { live: undefined, draft, options });
  setSystemFields(context, target, draft);
  behaviour.prepareCreate?.(draft, context);
  validateObject(target.served, draft, undefined);
  const object: ObjectTarget = { ...target, name: draft.metadata.name };
  if (context.store.get(toStoreKey(object)) !== undefined) throw alreadyExists(toSubject(target), object.name);
  return commitDraft(context, object, { draft, old: undefined, dryRun: options.dryRun });
}

function isUnset(text: string | undefined): boolean {
  return text === undefined || text === "";
}

function setSystemFields(context: ApiContext, target: Target, draft: Draft): void {
  const { metadata } = draft;
  metadata.uid = createUid(context.random);
  metadata.creationTimestamp = creationTime(context);
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete (metadata as { selfLink?: string }).selfLink;
  startGeneration(target.served, draft);
}

/** The stored object as the target's version shows it. */
export function asServed(target: Target, result: VerbResult<KubeObject>): VerbResult<KubeObject> {
  return { ...result, object: toServed(target.served, result.object) };
}
