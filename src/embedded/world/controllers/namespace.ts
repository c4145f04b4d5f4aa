import { knownResources } from "../../../kube/known-resources.ts";
import { systemIdentity } from "../../../kube/identity.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { isTerminating, keyOf, specOf, splitKey, writeOptions } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

const manager = "namespace-controller";

/** Empties namespaces that are being deleted and then lets them go; gives each namespace its default ServiceAccount. */
export function createNamespaceController(context: ControllerContext): Controller {
  const { client, view, again } = context;
  const { namespaces } = knownResources;

  const empty = async (namespace: string, signal: AbortSignal): Promise<number> => {
    const options = { signal, as: systemIdentity(manager) };
    let left = 0;
    for (const resource of await client.discover(options)) {
      const { namespaced, verbs } = resource;
      if (!namespaced || !verbs.includes("delete") || !verbs.includes("list")) continue;
      const { items } = await client.list(resource, { namespace }, options);
      for (const object of items as readonly KubeObject[]) {
        left += 1;
        if (isTerminating(object)) continue;
        await client.delete(
          resource,
          { namespace, name: object.metadata.name },
          { propagationPolicy: "Background" },
          writeOptions(signal, manager),
        );
      }
    }
    return left;
  };

  return {
    name: "namespace",
    keysFor: (resource, object) => (toResourceName(resource) === "namespaces" ? [keyOf(object)] : []),
    async reconcile(key, signal) {
      const { name } = splitKey(key);
      const namespace = view.get(namespaces, "", name);
      if (namespace === undefined) return;
      if (!isTerminating(namespace)) return ensureDefaults(context, name, signal);
      // What is still there goes by its finalizers or kubelets: look again soon.
      if ((await empty(name, signal)) > 0) return again(key, 200);
      const { finalizers = [] } = specOf<{ finalizers?: readonly string[] }>(namespace);
      const spec = {
        ...specOf<object>(namespace),
        finalizers: finalizers.filter((finalizer) => finalizer !== "kubernetes"),
      };
      await client.replace(
        namespaces,
        { ...namespace, spec },
        { ...writeOptions(signal, manager), subresource: "finalize" },
      );
    },
  };
}

const serviceAccounts = {
  group: "",
  version: "v1",
  plural: "serviceaccounts",
  kind: "ServiceAccount",
  namespaced: true,
} as const;

async function ensureDefaults({ client }: ControllerContext, namespace: string, signal: AbortSignal): Promise<void> {
  const { items } = await client.list(serviceAccounts, { namespace }, { signal, as: systemIdentity(manager) });
  if ((items as readonly KubeObject[]).some(({ metadata }) => metadata.name === "default")) return;
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } };
  await client.create(serviceAccounts, account, writeOptions(signal, manager));
}
