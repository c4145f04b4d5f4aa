import { toApiVersion } from "../../kube/resource-id.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import type { ResourceRegistry } from "../registry/resource-registry.ts";
import { toSubresourceInfo } from "./subresource-info.ts";

/** GET /api. */
export function toApiVersions(): unknown {
  return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
}

/** Versions of a group, preferred first; of several resources the union. */
function versionsOf(registry: ResourceRegistry, group: string): readonly string[] {
  const names = registry.list().filter((definition) => definition.group === group).flatMap(({ versions }) => versions.map(({ name }) => name)); // prettier-ignore
  return [...new Set(names)];
}

export function toApiGroup(registry: ResourceRegistry, group: string): Record<string, unknown> | undefined {
  const versions = versionsOf(registry, group).map((version) => ({
    groupVersion: toApiVersion({ group, version }),
    version,
  }));
  if (versions.length === 0 || group === "") return undefined;
  return { kind: "APIGroup", apiVersion: "v1", name: group, versions, preferredVersion: versions[0] };
}

/** GET /apis. */
export function toApiGroupList(registry: ResourceRegistry): unknown {
  const names = [...new Set(registry.list().map(({ group }) => group))].filter((group) => group !== "");
  const groups = names.flatMap((name) => {
    const group = toApiGroup(registry, name);
    if (group === undefined) return [];
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = group;
    return [rest];
  });
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** GET /api/v1 and /apis/{group}/{version}. */
export function toApiResourceList(registry: ResourceRegistry, group: string, version: string): unknown {
  const resources = registry.list().filter((definition) => definition.group === group && definition.versions.some(({ name }) => name === version)); // prettier-ignore
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: toApiVersion({ group, version }),
    resources: resources.flatMap(toResources),
  };
}

function toResources(definition: ResourceDefinition): unknown[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, subresources } = definition;
  const own = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
  const below = subresources.map((subresource) => {
    const {
      kind: subresourceKind,
      group,
      version,
      verbs: subresourceVerbs,
    } = toSubresourceInfo(definition, subresource);
    const of = group === undefined ? {} : { group, version };
    return {
      name: `${plural}/${subresource}`,
      singularName: "",
      namespaced,
      ...of,
      kind: subresourceKind,
      verbs: subresourceVerbs,
    };
  });
  return [own, ...below];
}
