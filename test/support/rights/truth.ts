import type { KubeObject } from "../../../src/kube/object.ts";
import type { ResourceAttributes } from "../../../src/kube/rbac/rule-allows.ts";
import { toResourceName } from "../../../src/kube/resource-id.ts";
import type { ResourceId } from "../../../src/kube/resource-id.ts";
import { resourceOfKind } from "./shop-objects.ts";

/** Whether RBAC allows this to the caller: by the cluster's own SubjectAccessReview, or evaluated word by word. */
export type Allows = (attributes: ResourceAttributes) => boolean | Promise<boolean>;

/** What is there and what the caller may see of it, by nothing but single questions to RBAC. */
export interface Truth {
  /** Objects of a kind that a list shows; undefined: nothing of it may be listed anywhere. */
  listed(resource: ResourceId): Promise<readonly KubeObject[] | undefined>;
  /** Whether the kind may be listed in that namespace. */
  lists(resource: ResourceId, namespace: string): Promise<boolean>;
  gets(resource: ResourceId, namespace: string, name: string): Promise<boolean>;
  allows(attributes: ResourceAttributes): Promise<boolean>;
  /** The same, and there is such an object. */
  shows(resource: ResourceId, namespace: string, name: string): Promise<boolean>;
}

/** `namespaces`: all of the cluster. Each question is put once. */
export function createTruth(allows: Allows, objects: readonly KubeObject[], namespaces: readonly string[]): Truth {
  const asked = new Map<string, boolean | Promise<boolean>>();
  const ask = async (attributes: ResourceAttributes): Promise<boolean> => {
    const key = JSON.stringify(attributes);
    const known = asked.get(key) ?? allows(attributes);
    asked.set(key, known);
    return known;
  };
  const kindOf = ({ group, plural }: ResourceId) => ({ group, resource: plural });
  const byKind = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const name = toResourceName(resourceOfKind(object.kind));
    byKind.set(name, [...(byKind.get(name) ?? []), object]);
  }
  const keys = new Set(objects.map((object) => keyOf(resourceOfKind(object.kind), object.metadata.namespace ?? "", object.metadata.name))); // prettier-ignore

  const lists = async (resource: ResourceId, namespace: string): Promise<boolean> =>
    (await ask({ verb: "list", ...kindOf(resource) })) ||
    (resource.namespaced && ask({ verb: "list", ...kindOf(resource), namespace }));
  const gets = async (resource: ResourceId, namespace: string, name: string): Promise<boolean> => {
    // The API server takes the name of a Namespace for the namespace of a request about it.
    const place = resource.kind === "Namespace" ? name : namespace;
    return ask({ verb: "get", ...kindOf(resource), name, ...(place === "" ? {} : { namespace: place }) });
  };
  return {
    lists,
    gets,
    allows: ask,
    async listed(resource) {
      const all = byKind.get(toResourceName(resource)) ?? [];
      if (await ask({ verb: "list", ...kindOf(resource) })) return all;
      if (!resource.namespaced) return undefined;
      const open = await Promise.all(namespaces.map((namespace) => lists(resource, namespace)));
      const seen = new Set(namespaces.filter((_, at) => open[at]));
      return seen.size === 0 ? undefined : all.filter(({ metadata }) => seen.has(metadata.namespace ?? ""));
    },
    async shows(resource, namespace, name) {
      return keys.has(keyOf(resource, namespace, name)) && gets(resource, namespace, name);
    },
  };
}

function keyOf(resource: ResourceId, namespace: string, name: string): string {
  return `${toResourceName(resource)} ${namespace}/${name}`;
}
