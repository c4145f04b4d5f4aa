import { invariant } from "../lib/invariant.ts";
import type { ApiContext } from "./api-context.ts";
import { createObject } from "./verbs/create-object.ts";

const systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** What every cluster has before anybody has done anything: the namespaces. */
export function seedSystemObjects(context: ApiContext): void {
  const served = context.registry.find("", "v1", "namespaces");
  invariant(served !== undefined, "namespaces are served");
  const options = {
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
}
