import type { KubeObject } from "../kube/object.ts";
import { invariant } from "../lib/invariant.ts";
import type { ApiContext } from "./api-context.ts";
import { clusterAdmin } from "./auth/user-info.ts";
import type { Draft } from "./json-value.ts";
import { createUid } from "./metadata/object-name.ts";
import { bootstrapRoles } from "./recorded/bootstrap-roles.ts";
import { createObject } from "./verbs/create-object.ts";
import { creationTime } from "./verbs/write-object.ts";

const systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** What every cluster has before anybody has done anything: the namespaces, and the roles and bindings that people meet. */
export function seedSystemObjects(context: ApiContext): void {
  const served = context.registry.find("", "v1", "namespaces");
  invariant(served !== undefined, "namespaces are served");
  const options = {
    user: clusterAdmin,
    fieldManager: "kube-apiserver",
    dryRun: false,
    fieldValidation: "Ignore",
    subresource: "",
  } as const;
  for (const name of systemNamespaces) {
    createObject(
      context,
      { served, namespace: "" },
      { apiVersion: "v1", kind: "Namespace", metadata: { name } },
      options,
    );
  }
  putRecorded(context, "clusterroles", bootstrapRoles.clusterRoles);
  putRecorded(context, "clusterrolebindings", bootstrapRoles.clusterRoleBindings);
}

/**
 * As a real server wrote them: nothing is left to default or to check, and every cluster of a process shares their rules. Without managed fields,
 * which took most of the time that an empty cluster needs to start.
 */
function putRecorded(context: ApiContext, plural: string, objects: readonly KubeObject[]): void {
  for (const object of objects) {
    const { name } = object.metadata;
    const metadata = { ...object.metadata, uid: createUid(context.random), creationTimestamp: creationTime(context) };
    const key = { resource: `${plural}.rbac.authorization.k8s.io`, namespace: "", name };
    context.store.commit({ type: "put", key, draft: { ...object, metadata } as unknown as Draft });
  }
}
