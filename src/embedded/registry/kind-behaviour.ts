import type { KubeObject } from "../../kube/object.ts";
import type { ApiContext } from "../api-context.ts";
import type { UserInfo } from "../auth/user-info.ts";
import type { Draft } from "../json-value.ts";
import type { NameRule } from "../metadata/object-name.ts";
import type { SelectableFields } from "../selectors/field-selector.ts";
import type { StatusCause } from "../status-error.ts";

/** Whose write it is, and of what. */
export interface WriteCall {
  readonly context: ApiContext;
  readonly user: UserInfo;
  readonly plural: string;
  /** Of the request; "" = none. */
  readonly namespace: string;
}

/**
 * What the server does for one kind beyond what it does for all: the counterpart of a registry strategy. Everything is optional
 * and works on the storage version. Drafts are the callee's to change; stored objects are not.
 */
export interface KindBehaviour {
  /** Unset = a DNS subdomain. */
  readonly nameRule?: NameRule;
  /** Fields that fieldSelector takes besides metadata.name and metadata.namespace. */
  readonly selectable?: SelectableFields;
  /** Whether metadata.generation counts changes of everything but metadata and status. */
  readonly hasGeneration?: boolean;
  /** Whether a status sent with a creation is kept, as for a Node that a kubelet registers. */
  readonly keepsStatusOnCreate?: boolean;
  /** Whether a finished deletion answers with the object rather than with a Status. */
  readonly returnsDeleted?: boolean;
  /** Whether an update need not name a resourceVersion. */
  readonly requiresResourceVersion?: boolean;
  /** Refuses a write by who makes it, after defaulting and beyond the right to the verb: throws StatusError. `old` is unset for a creation. */
  authorizeWrite?(draft: Draft, old: KubeObject | undefined, call: WriteCall): void;
  /** Fills what was left out, as API defaulting does: on every write, idempotent. */
  setDefaults?(draft: Draft): void;
  /** Fills what only the server may say, after defaulting; the object is new. Throws StatusError to refuse. */
  prepareCreate?(draft: Draft, context: ApiContext): void;
  /** Restores what may not change, after defaulting. */
  prepareUpdate?(draft: Draft, old: KubeObject, context: ApiContext): void;
  /** Every rule that is broken. `old` is unset for a creation. */
  validate?(draft: Draft, old: KubeObject | undefined): readonly StatusCause[];
  /** Seconds a deleted object lives on; 0 = it goes at once. Unset = kinds do not end gracefully. */
  graceSeconds?(object: KubeObject, requested: number | undefined): number;
  /** Told of a deletion before it happens: sets phases, throws StatusError to refuse. */
  markDeleted?(draft: Draft): void;
  refuseDelete?(object: KubeObject): void;
  /** Of a kind that is asked and not stored: what answers a creation. Throws StatusError for a question that is none. */
  answer?(draft: Draft, call: WriteCall): Readonly<Record<string, unknown>>;
  /** Whether a marked object waits for more than metadata.finalizers. */
  blocksRemoval?(object: KubeObject): boolean;
}
