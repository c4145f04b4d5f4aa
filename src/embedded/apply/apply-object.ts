import type { KubeObject } from "../../kube/object.ts";
import type { ResourceAttributes } from "../../kube/rbac/rule-allows.ts";
import { toMetaTime } from "../api-context.ts";
import type { ApiContext } from "../api-context.ts";
import { cloneJson, isJsonObject } from "../json-value.ts";
import type { Draft } from "../json-value.ts";
import { servedApiVersion, toServed } from "../registry/resource-definition.ts";
import { badRequest, notFound } from "../status-error.ts";
import { checkObjectNamespace, storeNew } from "../verbs/create-object.ts";
import { decodeObject, dropNulls } from "../verbs/decode-object.ts";
import type { PatchBody } from "../verbs/patch-object.ts";
import { toStoreKey, toSubject } from "../verbs/target.ts";
import type { ObjectTarget } from "../verbs/target.ts";
import { checkObjectName, storeUpdate } from "../verbs/update-object.ts";
import type { VerbOptions, VerbResult } from "../verbs/write-options.ts";
import { compareFields } from "./compare-fields.ts";
import { conflictError } from "./conflict-error.ts";
import { differenceOf, emptyFieldSet, intersectionOf, isEmptySet, unionOf } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { formatManagedFields, parseManagedFields, toManagerKey } from "./managed-fields.ts";
import type { Manager, Managers } from "./managed-fields.ts";
import { mergeTyped } from "./merge-typed.ts";
import { toOwnedPaths } from "./owned-paths.ts";
import { removeFields, withNamedFields } from "./remove-fields.ts";
import { toFieldSet } from "./to-field-set.ts";

/** The apply verb (server-side apply, KEP-555): creates what is missing. Throws StatusError; 409 names every conflict. */
export function applyObject(
  context: ApiContext,
  target: ObjectTarget,
  { body, force }: PatchBody,
  options: VerbOptions,
): VerbResult<KubeObject> {
  const { served } = target;
  const { draft: config, warnings } = decodeObject(served, body, options);
  dropNulls(config);
  if (config.metadata.managedFields !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  checkObjectNamespace(target, config);
  checkObjectName(target, config);
  const old = context.store.get(toStoreKey(target));
  if (old === undefined && options.subresource !== "") throw notFound(toSubject(target), target.name);
  if (old === undefined) context.auth.require(options.user, toCreation(target));
  const live = old === undefined ? undefined : (cloneJson(toServed(served, old)) as unknown as Draft);
  const managers = parseManagedFields(old?.metadata.managedFields) ?? new Map<string, Manager>();
  const { merged, managers: after } = mergeApplied({ target, config, live, managers, force, options });
  const entries = formatManagedFields(after, managers, toMetaTime(context.clock.now()));
  merged.metadata.managedFields = entries;
  if (config.metadata.resourceVersion !== undefined) merged.metadata.resourceVersion = config.metadata.resourceVersion;
  if (old === undefined) {
    return { object: storeNew(context, target, merged, { options, tracked: true }), created: true, warnings };
  }
  const object = storeUpdate(context, target, { served: merged, old, options, tracked: true });
  return { object, created: false, warnings };
}

/** An apply of what is missing needs the right to create it as well. */
function toCreation({ served: { definition }, namespace, name }: ObjectTarget): ResourceAttributes {
  return { verb: "create", group: definition.group, resource: definition.plural, namespace, name };
}

interface Application {
  readonly target: ObjectTarget;
  readonly config: Draft;
  readonly live: Draft | undefined;
  readonly managers: Managers;
  readonly force: boolean;
  readonly options: VerbOptions;
}

/** The object after the apply and who owns what of it then. */
function mergeApplied({ target, config, live, managers, force, options }: Application): {
  readonly merged: Draft;
  readonly managers: Managers;
} {
  const { schema } = target.served.version;
  const self = {
    manager: options.fieldManager,
    operation: "Apply" as const,
    apiVersion: servedApiVersion(target.served),
    subresource: options.subresource === "status" ? "status" : "",
  };
  const key = toManagerKey(self);
  const last = managers.get(key)?.set ?? emptyFieldSet;
  const set = toOwnedPaths(target.served, toFieldSet(schema, config), options.subresource);
  const before = withoutManaged(live);
  const stated = mergeTyped(schema, before, config) as Draft;
  const now = new Map(managers).set(key, { ...self, time: undefined, set });
  const merged = prune(target, stated, now, last);
  const { added, modified, removed } = compareFields(schema, before ?? {}, merged);
  const changed = unionOf(added, modified);
  const conflicts: Conflict[] = [];
  for (const [other, manager] of now) {
    if (other === key) continue;
    const lost = intersectionOf(manager.set, changed);
    if (!isEmptySet(lost)) conflicts.push({ manager, set: lost });
    now.set(other, { ...manager, set: differenceOf(differenceOf(manager.set, lost), removed) });
  }
  const refused = force ? [] : withoutLastApplied(target, { live: before, manager: options.fieldManager, conflicts });
  if (refused.length > 0) throw conflictError(refused);
  return { merged, managers: now };
}

interface Conflict {
  readonly manager: Manager;
  readonly set: FieldSet;
}

const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * What kubectl applied on the client's side before is its own: those fields are no conflict for `kubectl apply --server-side`, as long
 * as nobody has changed them since. Only for the manager "kubectl", as the real server has it.
 */
function withoutLastApplied(
  { served }: ObjectTarget,
  { live, manager, conflicts }: { readonly live: Draft | undefined; readonly manager: string; readonly conflicts: readonly Conflict[] }, // prettier-ignore
): readonly Conflict[] {
  const text = live?.metadata.annotations?.[lastAppliedAnnotation];
  if (manager !== "kubectl" || text === undefined || conflicts.length === 0) return conflicts;
  let lastApplied: unknown;
  try {
    lastApplied = JSON.parse(text);
  } catch {
    return conflicts;
  }
  const { schema } = served.version;
  const { added, modified, removed } = compareFields(schema, lastApplied, live);
  const changed = unionOf(unionOf(added, modified), removed);
  const own = differenceOf(toFieldSet(schema, lastApplied), changed);
  return conflicts
    .map(({ manager: other, set }) => ({ manager: other, set: differenceOf(set, own) }))
    .filter(({ set }) => !isEmptySet(set));
}

function withoutManaged(live: Draft | undefined): Draft | undefined {
  if (live === undefined) return undefined;
  const { managedFields: _managed, ...metadata } = live.metadata;
  return { ...live, metadata };
}

/** Takes away what this manager applied the last time, does not apply any more, and nobody else owns. */
function prune({ served }: ObjectTarget, merged: Draft, managers: Managers, last: FieldSet): Draft {
  if (isEmptySet(last)) return merged;
  const { schema } = served.version;
  let owned = emptyFieldSet;
  for (const { set } of managers.values()) owned = unionOf(owned, set);
  const gone = differenceOf(withNamedFields(last, schema), withNamedFields(owned, schema));
  const rest = removeFields(schema, merged, keepMetadata(gone));
  return isJsonObject(rest) ? (rest as Draft) : merged;
}

/** Names are owned by nobody: metadata itself stays, even where nothing in it is owned any more. */
function keepMetadata(set: FieldSet): FieldSet {
  const metadata = set.children.get("f:metadata");
  if (metadata === undefined) return set;
  return { ...set, children: new Map(set.children).set("f:metadata", { ...metadata, member: false }) };
}
