import type { KubeObject } from "../../kube/object.ts";
import recorded from "./bootstrap-roles.json" with { type: "json" };

/** The roles and bindings of a new cluster that `npm run record:openapi` took from a real kube-apiserver, aggregated rules included. */
export const bootstrapRoles = recorded as unknown as {
  readonly clusterRoles: readonly KubeObject[];
  readonly clusterRoleBindings: readonly KubeObject[];
};
