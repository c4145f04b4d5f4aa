import type { KubeObject } from "../../../kube/object.ts";
import { specOf } from "./controller.ts";

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  /** Of NoExecute: how long the pod may stay; unset = for good. */
  readonly tolerationSeconds?: number;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export function taintsOf(node: KubeObject): readonly Taint[] {
  return specOf<{ taints?: readonly Taint[] }>(node).taints ?? [];
}

/** Whether the toleration is one of this taint (k8s.io/api core/v1 ToleratesTaint). */
export function matchesTaint({ key, operator = "Equal", value, effect }: Toleration, taint: Taint): boolean {
  return (
    (effect === undefined || effect === "" || effect === taint.effect) &&
    (key === undefined || key === "" || key === taint.key) &&
    (operator === "Exists" || (value ?? "") === (taint.value ?? ""))
  );
}

/** The first NoSchedule or NoExecute taint of the node that the pod spec does not tolerate, those with an ignored prefix aside. */
export function untolerated(
  spec: { readonly tolerations?: unknown },
  node: KubeObject,
  ignoredPrefixes: readonly string[] = [],
): Taint | undefined {
  const tolerations = (spec.tolerations ?? []) as readonly Toleration[];
  return taintsOf(node).find(
    (taint) =>
      taint.effect !== "PreferNoSchedule" &&
      !ignoredPrefixes.some((prefix) => taint.key.startsWith(prefix)) &&
      !tolerations.some((toleration) => matchesTaint(toleration, taint)),
  );
}

export function tolerates(
  spec: { readonly tolerations?: unknown },
  node: KubeObject,
  ignoredPrefixes: readonly string[] = [],
): boolean {
  return untolerated(spec, node, ignoredPrefixes) === undefined;
}
