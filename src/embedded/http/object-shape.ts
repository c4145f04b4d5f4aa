import type { ApiContext } from "../api-context.ts";
import type { KubeObject } from "../../kube/object.ts";
import { servedApiVersion } from "../registry/resource-definition.ts";
import type { ServedResource } from "../registry/resource-definition.ts";
import { toTable } from "../table/to-table.ts";
import type { ListResult } from "../verbs/list-objects.ts";
import type { Representation } from "./negotiate.ts";

function toPartial(object: KubeObject): unknown {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

export interface ShapeOptions {
  readonly representation: Representation;
  /** Of a table: what of each object goes along. "Metadata" unless said. */
  readonly includeObject: "None" | "Metadata" | "Object";
}

/** One object as the client asked to see it. */
export function shapeObject(
  context: ApiContext,
  served: ServedResource,
  object: KubeObject,
  { representation, includeObject }: ShapeOptions,
): unknown {
  if (representation.as === "partial") return toPartial(object);
  if (representation.as === "object") return object;
  const metadata = { resourceVersion: object.metadata.resourceVersion ?? "" };
  return toTable(served, { items: [object], metadata, includeObject, now: context.clock.now() });
}

/** A page as the client asked to see it. */
export function shapeList(
  context: ApiContext,
  served: ServedResource,
  list: ListResult,
  { representation, includeObject }: ShapeOptions,
): unknown {
  const metadata = {
    resourceVersion: list.resourceVersion,
    ...(list.continueToken === undefined ? {} : { continue: list.continueToken }),
    ...(list.remainingItemCount === undefined ? {} : { remainingItemCount: list.remainingItemCount }),
  };
  if (representation.as === "partial") {
    const items = list.items.map(toPartial);
    return { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata, items };
  }
  if (representation.as === "table") {
    return toTable(served, { items: list.items, metadata, includeObject, now: context.clock.now() });
  }
  // The items of a list of built-in kinds do not repeat their kind; those of custom resources do.
  const items = served.definition.isCustom
    ? list.items
    : list.items.map(({ apiVersion: _v, kind: _k, ...rest }) => rest);
  return { kind: served.definition.listKind, apiVersion: servedApiVersion(served), metadata, items };
}
