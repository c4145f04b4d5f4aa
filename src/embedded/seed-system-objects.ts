import type { KubeObject } from "../kube/object.ts";
import { invariant } from "../lib/invariant.ts";
import type { ApiContext } from "./api-context.ts";
import { clusterAdmin } from "./auth/user-info.ts";
import { cloneJson } from "./json-value.ts";
import { bootstrapRoles } from "./recorded/bootstrap-roles.ts";
import { createObject } from "./verbs/create-object.ts";

const systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** What every cluster has before anybody has done anything: the namespaces, and the roles and bindings that people meet. */
export function seedSystemObjects(context: ApiContext): void {
  const namespaces = systemNamespaces.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  create(context, { group: "", plural: "namespaces" }, namespaces);
  const group = "rbac.authorization.k8s.io";
  create(context, { group, plural: "clusterroles" }, bootstrapRoles.clusterRoles);
  create(context, { group, plural: "clusterrolebindings" }, bootstrapRoles.clusterRoleBindings);
}

function create(
  context: ApiContext,
  { group, plural }: { readonly group: string; readonly plural: string },
  objects: readonly KubeObject[],
): void {
  const served = context.registry.find(group, "v1", plural);
  invariant(served !== undefined, `${plural} are served`);
  const options = {
    user: clusterAdmin,
    fieldManager: "kube-apiserver",
    dryRun: false,
    fieldValidation: "Ignore",
    subresource: "",
  } as const;
  for (const object of objects) createObject(context, { served, namespace: "" }, cloneJson<unknown>(object), options);
}
