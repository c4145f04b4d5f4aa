/**
 * A resource of the Kubernetes API: what discovery says of it, as far as paths and keys need it.
 */
export interface ResourceId {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  /** "deployments". */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** What discovery says of a resource. */
export interface ApiResource extends ResourceId {
  readonly shortNames: readonly string[];
  readonly verbs: readonly string[];
  /** Names of its subresources: "status", "scale", "log". */
  readonly subresources: readonly string[];
}

/** "pods", "deployments.apps": plural and group, without the version; unique in a cluster and the name used for keys, logs and errors. */
export type ResourceName = string;

export function toResourceName(resource: Pick<ResourceId, "group" | "plural">): ResourceName {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** "v1", "apps/v1": as in a manifest. */
export function toApiVersion(resource: Pick<ResourceId, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** The group and version of an apiVersion; group is "" for "v1". */
export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export interface ResourcePath {
  /** Unset or "" = cluster-scoped, or all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** The path of a resource, a namespace of it, or one object, each part escaped. */
export function toResourcePath(resource: ResourceId, { namespace, name, subresource }: ResourcePath = {}): string {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = namespace === undefined || namespace === "" ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  const object = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${resource.plural}${object}${subresource === undefined ? "" : `/${subresource}`}`;
}
