import type { PartitionKey } from "../cache/fleet-cache.ts";

/**
 * What a caller may see: a set of partitions. It chooses before anything is joined, counted or sent; nothing in loaders/ reads rows
 * without it.
 */
export interface Scope {
  /** Equal keys see equal partitions. */
  readonly key: string;
  sees(partition: PartitionKey): boolean;
}

/** The scope of `auth.mode: none`: the person at this machine sees what the kubeconfig's own user sees. */
export const wholeScope: Scope = { key: "all", sees: () => true };
