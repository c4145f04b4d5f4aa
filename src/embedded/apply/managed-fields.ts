import type { ManagedFieldsEntry } from "../../kube/object.ts";
import { equalSets, formatFieldsV1, isEmptySet, parseFieldsV1 } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";

/** One manager of an object: who, by which verb, in which version, through which subresource. */
export interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  /** When its set last changed. */
  readonly time: string | undefined;
  readonly set: FieldSet;
}

/** Who an applier is does not depend on the version it applies in; who updates does. */
export function toManagerKey({ manager, operation, apiVersion, subresource }: Omit<Manager, "set" | "time">): string {
  return JSON.stringify([operation, manager, operation === "Apply" ? "" : apiVersion, subresource]);
}

/** The managers of an object, by key. */
export type Managers = ReadonlyMap<string, Manager>;

/** Reads metadata.managedFields; undefined where an entry is not to be understood. */
export function parseManagedFields(entries: readonly ManagedFieldsEntry[] | undefined): Managers | undefined {
  const managers = new Map<string, Manager>();
  for (const entry of entries ?? []) {
    const set = parseFieldsV1(entry.fieldsV1 ?? {});
    if (set === undefined || (entry.operation !== "Apply" && entry.operation !== "Update")) return undefined;
    const manager: Manager = {
      manager: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion ?? "",
      subresource: entry.subresource ?? "",
      time: entry.time,
      set,
    };
    managers.set(toManagerKey(manager), manager);
  }
  return managers;
}

function compareEntries(a: Manager, b: Manager): number {
  const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  return (
    order(a.operation, b.operation) ||
    order(a.time ?? "", b.time ?? "") ||
    order(a.manager, b.manager) ||
    order(a.apiVersion, b.apiVersion) ||
    order(a.subresource, b.subresource)
  );
}

/** As metadata.managedFields, in the order of the real server; times move only where a set has changed. */
export function formatManagedFields(managers: Managers, before: Managers, now: string): ManagedFieldsEntry[] {
  const timed = [...managers.entries()]
    .filter(([, { set }]) => !isEmptySet(set))
    .map(([key, manager]): Manager => {
      const known = before.get(key);
      const same = known !== undefined && known.apiVersion === manager.apiVersion && equalSets(known.set, manager.set);
      return { ...manager, time: same ? known.time : now };
    });
  return timed.sort(compareEntries).map(({ manager, operation, apiVersion, subresource, time, set }) => ({
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: "FieldsV1",
    fieldsV1: formatFieldsV1(set),
    ...(subresource === "" ? {} : { subresource }),
  }));
}
