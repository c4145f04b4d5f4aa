import type { KubeObject } from "../../kube/object.ts";
import type { ServedResource } from "../registry/resource-definition.ts";
import { customCells } from "./custom-cells.ts";
import { printers } from "./printers.ts";

export interface TableInput {
  readonly items: readonly KubeObject[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly includeObject: "None" | "Metadata" | "Object";
  /** ms since the epoch: ages are counted to it. */
  readonly now: number;
}

function toRowObject(object: KubeObject, include: TableInput["includeObject"]): unknown {
  if (include === "Object") return object;
  if (include === "None") return undefined;
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

/** meta.k8s.io/v1 Table: the columns kubectl shows, and a cell for each. */
export function toTable(served: ServedResource, { items, metadata, includeObject, now }: TableInput): unknown {
  const { version, definition } = served;
  const print =
    printers[definition.storageName] ??
    ((object: KubeObject) => [object.metadata.name, object.metadata.creationTimestamp ?? ""]);
  const columns = version.columns.map(({ name, type, format, priority }) => ({
    name,
    type,
    format,
    description: "",
    priority,
  }));
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: columns,
    rows: items.map((object) => ({
      cells: version.customColumns === undefined ? print(object, now) : customCells(object, version.customColumns, now),
      object: toRowObject(object, includeObject),
    })),
  };
}
