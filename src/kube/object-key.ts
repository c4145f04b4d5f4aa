import type { ResourceName } from "./resource-id.ts";

/** Names one object in the fleet. `namespace` is "" for cluster-scoped objects. */
export interface ObjectKey {
  readonly cluster: string;
  readonly resource: ResourceName;
  readonly namespace: string;
  readonly name: string;
}

/** "cluster|namespace/name", "cluster|name": how keys print in logs, errors, tests and snapshot ids. */
export function formatKey({ cluster, namespace, name }: Omit<ObjectKey, "resource">): string {
  return namespace === "" ? `${cluster}|${name}` : `${cluster}|${namespace}/${name}`;
}

/** What the id of a GraphQL object holds. `group` and `namespace` are "" where there is none. */
export interface ObjectIdentity {
  readonly cluster: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** First element of an id: the format of the rest. */
const idFormat = 1;

/** The opaque id of an object's origin (DESIGN 6); of a cluster where only `cluster` is given. */
export function toObjectId(identity: ObjectIdentity | { readonly cluster: string }): string {
  const parts =
    "kind" in identity
      ? [idFormat, identity.cluster, identity.group, identity.kind, identity.namespace, identity.name]
      : [idFormat, identity.cluster];
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** What an id names; undefined where it is none of ours. Never throws. */
export function parseObjectId(id: string): ObjectIdentity | { readonly cluster: string } | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(id, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts[0] !== idFormat) return undefined;
  const [cluster, group, kind, namespace, name, ...rest] = parts.slice(1) as unknown[];
  if (typeof cluster !== "string" || cluster === "" || rest.length > 0) return undefined;
  if (parts.length === 2) return { cluster };
  const strings = [group, kind, namespace, name];
  if (!strings.every((part) => typeof part === "string") || kind === "" || name === "") return undefined;
  return { cluster, group, kind, namespace, name } as ObjectIdentity;
}
