import type { ResourceDefinition } from "../registry/resource-definition.ts";
import type { ResourceRegistry } from "../registry/resource-registry.ts";
import { toSubresourceInfo } from "./subresource-info.ts";

/** apidiscovery.k8s.io/v2 APIGroupDiscoveryList: the core group for /api, all others for /apis. */
export function toAggregatedDiscovery(registry: ResourceRegistry, isCore: boolean): unknown {
  const names = [...new Set(registry.list().map(({ group }) => group))].filter((group) => (group === "") === isCore);
  const items = names.map((group) => ({
    metadata: isCore ? { creationTimestamp: null } : { name: group, creationTimestamp: null },
    versions: toVersions(registry, group),
  }));
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items };
}

function toVersions(registry: ResourceRegistry, group: string): unknown[] {
  const definitions = registry.list().filter((definition) => definition.group === group);
  const versions = [...new Set(definitions.flatMap((definition) => definition.versions.map(({ name }) => name)))];
  return versions.map((version) => ({
    version,
    freshness: "Current",
    resources: definitions
      .filter((definition) => definition.versions.some(({ name }) => name === version))
      .map((definition) => toResource(definition, version)),
  }));
}

function toResource(definition: ResourceDefinition, version: string): unknown {
  const { group, plural, singular, kind, namespaced, shortNames, categories, verbs, subresources } = definition;
  const below = subresources.map((subresource) => {
    const info = toSubresourceInfo(definition, subresource);
    return {
      subresource,
      responseKind: { group: info.group ?? group, version: info.version ?? version, kind: info.kind },
      verbs: info.verbs,
    };
  });
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(below.length === 0 ? {} : { subresources: below }),
  };
}
