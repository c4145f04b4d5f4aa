import type { KubeObject } from "../../kube/object.ts";
import { parseFieldSelector } from "./field-selector.ts";
import { parseLabelSelector } from "./label-selector.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";

/** Whether a stored object is selected. */
export type ObjectSelector = (object: KubeObject) => boolean;

/** Both selectors of a list, watch or deletecollection as one; undefined where everything is selected. Throws 400. */
export function parseObjectSelector(
  definition: ResourceDefinition,
  query: { readonly labelSelector: string | undefined; readonly fieldSelector: string | undefined },
): ObjectSelector | undefined {
  const byLabel = parseLabelSelector(query.labelSelector);
  const byField = parseFieldSelector(query.fieldSelector, definition.behaviour.selectable ?? {});
  if (byLabel === undefined && byField === undefined) return undefined;
  return (object) =>
    (byField === undefined || byField(object)) && (byLabel === undefined || byLabel(object.metadata.labels));
}
