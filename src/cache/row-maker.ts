import type { LateText } from "../kube/body.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { AnyRow, ObjectRow, StringMap } from "../kube/rows/row.ts";
import type { Clock } from "../lib/clock.ts";

/** Turns a prepared object into a row: `toRow` of src/kube/rows/to-row.ts. */
export type ToRow = (
  resource: ResourceId,
  cluster: string,
  object: KubeObject,
  options: {
    readonly observedAtMs: number;
    readonly source: ObjectRow["source"];
    readonly labelManagers: StringMap;
    /** JSON of exactly this object, where it is at hand. */
    readonly json?: string | LateText | undefined;
  },
) => AnyRow;

/** Checks and strips what came: `prepareObject` of src/kube/prepare-object.ts. undefined = malformed. */
export type PrepareObject = (
  value: unknown,
  resource: ResourceId,
) => { readonly object: KubeObject; readonly labelManagers: StringMap; readonly isAsItCame?: boolean } | undefined;

/** What names an object and its version, as far as it can be read before the rest is looked at. */
export interface RawIdentity {
  /** "" for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  /** "" where it cannot be read. */
  readonly uid: string;
  readonly resourceVersion: string;
}

/** undefined where not even namespace and name can be read. Never throws. */
export function readIdentity(value: unknown): RawIdentity | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { metadata } = value as { metadata?: unknown };
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const { namespace = "", name, uid, resourceVersion } = metadata as Record<string, unknown>;
  if (typeof name !== "string" || name === "" || typeof namespace !== "string") return undefined;
  return { namespace, name, uid: toText(uid), resourceVersion: toText(resourceVersion) };
}

/** What tells an object of a resource from the others. */
export interface RowName {
  /** "" or null for cluster-scoped objects. */
  readonly namespace: string | null;
  readonly name: string;
}

/** Key of an object within its resource: "namespace/name" or "name". */
export function toRowKey({ namespace, name }: RowName): string {
  return namespace === null || namespace === "" ? name : `${namespace}/${name}`;
}

export interface RowMakerOptions {
  readonly cluster: string;
  readonly resource: ResourceId;
  readonly toRow: ToRow;
  readonly prepare: PrepareObject;
  readonly clock: Clock;
}

/** What an object becomes when it enters the store; `observedAtMs` unset = now; `json`: of exactly `value`. undefined = malformed. Never throws. */
export type RowMaker = (
  value: unknown,
  options: { readonly source: "CACHE" | "DISK"; readonly observedAtMs?: number; readonly json?: string | LateText },
) => AnyRow | undefined;

export function createRowMaker({ cluster, resource, toRow, prepare, clock }: RowMakerOptions): RowMaker {
  return (value, { source, observedAtMs = clock.now(), json }) => {
    try {
      const prepared = prepare(value, resource);
      if (prepared === undefined) return undefined;
      const { object, labelManagers, isAsItCame = false } = prepared;
      const text = isAsItCame ? json : undefined;
      const row = toRow(resource, cluster, object, { observedAtMs, source, labelManagers, json: text });
      return row.uid === "" || row.resourceVersion === "" ? undefined : row;
    } catch {
      // Whatever the mapper chokes on is a malformed object: counted, and it stops nothing.
      return undefined;
    }
  };
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
