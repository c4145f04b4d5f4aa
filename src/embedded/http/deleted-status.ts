import type { KubeObject } from "../../kube/object.ts";
import type { ServedResource } from "../registry/resource-definition.ts";

/** What answers a deletion that left nothing. */
export function deletedStatus({ definition }: ServedResource, { metadata }: KubeObject): Record<string, unknown> {
  const { name, uid } = metadata;
  const group = definition.group === "" ? {} : { group: definition.group };
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name, ...group, kind: definition.plural, uid },
  };
}
