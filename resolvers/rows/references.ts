import type { ConfigReferenceRow, EventRow, ObjectRow, OwnerRef, PodRow } from "../../src/kube/rows/row.ts";

/** The source value of OwnerReference: an owner and the object it owns, from whose cluster the owner is read. */
export interface OwnerOfRow extends OwnerRef {
  readonly row: ObjectRow;
}

/** The source value of ConfigReference. */
export interface ConfigReferenceOfPod extends ConfigReferenceRow {
  readonly pod: PodRow;
}

/** The source value of ObjectReference. */
export type ReferenceOfEvent = EventRow["regardingRef"] & { readonly event: EventRow };
