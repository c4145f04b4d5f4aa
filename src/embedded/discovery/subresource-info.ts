import type { ResourceDefinition } from "../registry/resource-definition.ts";

/** What discovery says of a subresource. */
export interface SubresourceInfo {
  readonly kind: string;
  /** Unset = the resource's own group and version. */
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

const special: Readonly<Record<string, SubresourceInfo>> = {
  scale: { kind: "Scale", group: "autoscaling", version: "v1", verbs: ["get", "patch", "update"] },
  log: { kind: "Pod", verbs: ["get"] },
  binding: { kind: "Binding", verbs: ["create"] },
  token: { kind: "TokenRequest", group: "authentication.k8s.io", version: "v1", verbs: ["create"] },
  finalize: { kind: "Namespace", verbs: ["update"] },
};

export function toSubresourceInfo({ kind }: ResourceDefinition, subresource: string): SubresourceInfo {
  return special[subresource] ?? { kind, verbs: ["get", "patch", "update"] };
}
