import type { KubeClient, WriteOptions } from "../../../kube/client.ts";
import { systemIdentity } from "../../../kube/identity.ts";
import type { KubeObject, WireOwnerReference } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import type { ResourceId } from "../../../kube/resource-id.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/backoff.ts";
import { equalJson } from "../../json-value.ts";
import type { EventRecorder } from "../event-recorder.ts";
import type { View } from "../view.ts";
import { controllerOf } from "../view.ts";

/** What each controller of an embedded cluster works with. */
export interface ControllerContext {
  /** A write through it resolves once the view shows it: the next look at the view sees it. */
  readonly client: KubeClient;
  readonly view: View;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  /** Looks at the key again after `ms`. */
  readonly again: (key: string, ms: number) => void;
}

export type ViewChange = "ADDED" | "MODIFIED" | "DELETED";

/** One controller: which changes want a look at which keys, and the look. */
export interface Controller {
  readonly name: string;
  /** Keys ("namespace/name", "name") that a change of `object` concerns. */
  keysFor(resource: ResourceId, object: KubeObject, type: ViewChange): readonly string[];
  reconcile(key: string, signal: AbortSignal): Promise<void>;
}

/** "namespace/name", or "/name" for a cluster-scoped object. */
export function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The key of the object itself, or of the controller of `kind` that owns it. */
export function ownKey(
  own: ResourceId,
  owned: ResourceId,
  resource: ResourceId,
  object: KubeObject,
): readonly string[] {
  if (toResourceName(resource) === toResourceName(own)) return [keyOf(object)];
  if (toResourceName(resource) !== toResourceName(owned)) return [];
  const controller = controllerOf(object);
  return controller?.kind === own.kind ? [`${object.metadata.namespace ?? ""}/${controller.name}`] : [];
}

export function writeOptions(signal: AbortSignal, manager: string, subresource?: "status"): WriteOptions {
  return {
    signal,
    as: systemIdentity(manager),
    fieldManager: manager,
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** `controller: true`, as metav1.NewControllerRef makes it. */
export function controllerRef(owner: KubeObject): WireOwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** spec and status as plain records, empty where absent. */
export function specOf<T = Record<string, unknown>>(object: KubeObject): T {
  return (object["spec"] ?? {}) as T;
}

export function statusOf<T = Record<string, unknown>>(object: KubeObject): T {
  return (object["status"] ?? {}) as T;
}

export interface WireCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
}

export function conditionOf(object: KubeObject, type: string): WireCondition | undefined {
  return statusOf<{ conditions?: WireCondition[] }>(object).conditions?.find((condition) => condition.type === type);
}

/** `conditions` with this one in it; its transition time moves only when its status does. */
export function withCondition(conditions: readonly WireCondition[], next: WireCondition, now: string): WireCondition[] {
  const before = conditions.find(({ type }) => type === next.type);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : now;
  return [...conditions.filter(({ type }) => type !== next.type), { ...next, lastTransitionTime }];
}

export function isPodReady(pod: KubeObject): boolean {
  return conditionOf(pod, "Ready")?.status === "True";
}

/** Neither finished nor going. */
export function isPodActive(pod: KubeObject): boolean {
  const { phase } = statusOf<{ phase?: string }>(pod);
  return phase !== "Succeeded" && phase !== "Failed" && !isTerminating(pod);
}

/** RFC 3339 to the second, as Kubernetes writes times. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Equality as JSON data: neither the order of keys nor a key that is undefined counts. */
export const isSame: (a: unknown, b: unknown) => boolean = equalJson;
