import { Field } from "type-graphql";
import type { ClassType } from "type-graphql";
import { Duration } from "./scalars/duration.ts";
import { WorkloadKind } from "./workload-kind.ts";

/** The argument `where`. */
export function Where(type: () => ClassType): PropertyDecorator {
  return Field(type, { nullable: true, description: "Conditions, all of which hold. null is like unset." });
}

/** The argument `orderBy`; `unset` says what the order is without it. */
export function OrderBy(type: () => ClassType, unset = "cluster (home first), namespace, name"): PropertyDecorator {
  return Field(() => [type()], {
    nullable: true,
    description: `Sort keys, first counts most; id breaks ties; nulls last. Unset = ${unset}.`,
  });
}

/** The argument `labelSelector`. */
export function LabelSelector(): PropertyDecorator {
  return Field(() => String, {
    nullable: true,
    description: "Kubernetes label selector, as for kubectl -l: 'app=web,tier in (db, cache),!canary'.",
  });
}

/** The argument `fieldSelector`. */
export function FieldSelector(): PropertyDecorator {
  return Field(() => String, {
    nullable: true,
    description:
      "Kubernetes field selector, as for kubectl --field-selector; fields that the API server would refuse for this kind are BAD_USER_INPUT naming those it takes.",
  });
}

/** The argument `namespaces`. */
export function Namespaces(): PropertyDecorator {
  return Field(() => [String], { nullable: true, description: "Namespace names. Unset = all; empty = none." });
}

/** The argument `clusters`. */
export function Clusters(): PropertyDecorator {
  return Field(() => [String], {
    nullable: true,
    description:
      "Cluster names: only objects whose cluster, home or servedBy is one of them. Unset = all; empty = none.",
  });
}

/** The argument `kinds` of workloads. */
export function Kinds(): PropertyDecorator {
  return Field(() => [WorkloadKind], { nullable: true, description: "Unset = all six; empty = none." });
}

/** The argument `maxStaleness` of a list. */
export function MaxStalenessOfList(): PropertyDecorator {
  return Field(() => Duration, {
    nullable: true,
    description:
      "Leave out clusters whose state is older than this; their read state says STALE_READ_REFUSED and complete is false. No error.",
  });
}

/** The argument `maxStaleness` of one object. */
export function MaxStalenessOfObject(): PropertyDecorator {
  return Field(() => Duration, {
    nullable: true,
    description:
      "Where the cache is older than this the object is read through (source LIVE); where that fails: null and STALE_READ_REFUSED.",
  });
}

/** The argument `readAfter`. */
export function ReadAfter(): PropertyDecorator {
  return Field(() => String, {
    nullable: true,
    description:
      "A mutation payload's readAfter: wait (at most 5 s, then CLUSTER_TIMEOUT) until this replica has seen that write. Counts for the whole operation.",
  });
}

/** The argument `apiVersion`. */
export function ApiVersion(description = "Group and version."): PropertyDecorator {
  return Field(() => String, { description });
}

/** The argument `kind`. */
export function Kind(description = "Kind."): PropertyDecorator {
  return Field(() => String, { description });
}
