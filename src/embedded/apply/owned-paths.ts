import type { ServedResource } from "../registry/resource-definition.ts";
import { withoutPaths, withoutSubtrees } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";

/** Paths nobody owns: the server writes them, or they are the object's identity. */
const systemPaths = [
  ["f:apiVersion"],
  ["f:kind"],
  ["f:metadata"],
  ["f:metadata", "f:name"],
  ["f:metadata", "f:namespace"],
  ["f:metadata", "f:creationTimestamp"],
  ["f:metadata", "f:deletionTimestamp"],
  ["f:metadata", "f:deletionGracePeriodSeconds"],
  ["f:metadata", "f:selfLink"],
  ["f:metadata", "f:uid"],
  ["f:metadata", "f:generation"],
  ["f:metadata", "f:managedFields"],
  ["f:metadata", "f:resourceVersion"],
];

/** Takes out what nobody owns, and what this endpoint does not write: the status of the object, the rest of a status. */
export function toOwnedPaths({ version, definition }: ServedResource, set: FieldSet, subresource: string): FieldSet {
  const owned = withoutPaths(withoutSubtrees(set, [["f:metadata", "f:managedFields"]]), systemPaths);
  if (!version.hasStatus) return owned;
  if (subresource !== "status") return withoutSubtrees(owned, [["f:status"]]);
  const others = [...owned.children.keys()].filter((key) => key !== "f:status" && key !== "f:metadata");
  return withoutSubtrees(owned, [...others.map((key) => [key]), ...(definition.isCustom ? [["f:metadata"]] : [])]);
}
