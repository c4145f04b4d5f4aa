import type { KubeReader, KubeWriter, WriteOptions } from "../../kube/client.ts";
import type { Identity } from "../../kube/identity.ts";
import type { ResourceId } from "../../kube/resource-id.ts";

/** One object to write to, and through whom. */
export interface WriteTarget {
  readonly client: KubeReader & KubeWriter;
  /** For messages. */
  readonly cluster: string;
  readonly resource: ResourceId;
  /** "" for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
}

/** What must be true of the object at the moment of writing. */
export interface Preconditions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

/** What every write is told. */
export interface WriteCall {
  readonly signal: AbortSignal;
  readonly as: Identity;
  /** The API server checks and answers, and writes nothing. */
  readonly dryRun: boolean;
  readonly preconditions: Preconditions;
}

/** What each act writes as: "fleetgraph/scale". */
export type Feature = "apply" | "patch" | "delete" | "scale" | "label" | "cordon" | "restart";

export function toWriteOptions({ signal, as, dryRun }: WriteCall, feature: Feature): WriteOptions {
  return { signal, as, fieldManager: `fleetgraph/${feature}`, ...(dryRun ? { dryRun } : {}) };
}

/** The target's name as the client takes it. */
export function toObjectName({ namespace, name }: WriteTarget): { readonly namespace?: string; readonly name: string } {
  return namespace === "" ? { name } : { namespace, name };
}
