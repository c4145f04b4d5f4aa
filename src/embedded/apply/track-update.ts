import type { KubeObject, ManagedFieldsEntry } from "../../kube/object.ts";
import { toMetaTime } from "../api-context.ts";
import type { ApiContext } from "../api-context.ts";
import type { Draft } from "../json-value.ts";
import { servedApiVersion, toServed } from "../registry/resource-definition.ts";
import type { ServedResource } from "../registry/resource-definition.ts";
import type { VerbOptions } from "../verbs/write-options.ts";
import { compareFields } from "./compare-fields.ts";
import { differenceOf, emptyFieldSet, unionOf } from "./field-set.ts";
import { formatManagedFields, parseManagedFields, toManagerKey } from "./managed-fields.ts";
import type { Manager, Managers } from "./managed-fields.ts";
import { toOwnedPaths } from "./owned-paths.ts";
import { toZeroObject } from "./zero-object.ts";

interface Tracked {
  /** Unset for a creation. */
  readonly live: KubeObject | undefined;
  /** Of the stored version, defaulted. Its managedFields are rewritten. */
  readonly draft: Draft;
  readonly options: VerbOptions;
}

/** `managedFields: [{}]` asks to forget all managers. */
function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  return entries?.length === 1 && Object.keys(entries[0]!).length === 0;
}

/** The managers before this write: those the request states where it states any, else those of the live object. */
function readManagers({ live, draft, options }: Tracked): Managers {
  const liveManagers = parseManagedFields(live?.metadata.managedFields) ?? new Map<string, Manager>();
  if (options.subresource !== "") return liveManagers;
  if (isReset(draft.metadata.managedFields)) return new Map();
  const stated = parseManagedFields(draft.metadata.managedFields);
  return stated === undefined || stated.size === 0 ? liveManagers : stated;
}

function withoutManaged(object: KubeObject): unknown {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/**
 * Records who wrote what in a create, update or patch that is not an apply: what changed is the writer's, and no longer anybody
 * else's (KEP-555). The paths are those of the version the request came in.
 */
export function trackUpdate(context: ApiContext, served: ServedResource, tracked: Tracked): void {
  const { live, draft, options } = tracked;
  const { schema } = served.version;
  const managers = readManagers(tracked);
  const before = live === undefined ? toZeroObject(served) : withoutManaged(toServed(served, live));
  const after = withoutManaged(toServed(served, draft as unknown as KubeObject));
  const { added, modified, removed } = compareFields(schema, before, after);
  const changed = unionOf(added, modified);
  const self = {
    manager: options.fieldManager,
    operation: "Update" as const,
    apiVersion: servedApiVersion(served),
    subresource: options.subresource === "scale" || options.subresource === "status" ? options.subresource : "",
  };
  const selfKey = toManagerKey(self);
  const result = new Map<string, Manager>();
  for (const [key, manager] of managers) {
    const lost = key === selfKey ? removed : unionOf(changed, removed);
    result.set(key, { ...manager, set: differenceOf(manager.set, lost) });
  }
  const own = unionOf(result.get(selfKey)?.set ?? emptyFieldSet, changed);
  result.set(selfKey, { ...self, time: undefined, set: toOwnedPaths(served, own, options.subresource) });
  const entries = formatManagedFields(result, managers, toMetaTime(context.clock.now()));
  if (entries.length === 0) delete draft.metadata.managedFields;
  else draft.metadata.managedFields = entries;
}
