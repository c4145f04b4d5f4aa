import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { EmbeddedAuth } from "./auth/embedded-auth.ts";
import type { FaultPlan } from "./faults/fault-plan.ts";
import type { ResourceRegistry } from "./registry/resource-registry.ts";
import type { ObjectStore } from "./storage/object-store.ts";

/** Log of a container; undefined where it has none. The embedded kubelets keep them, the API only hands them out. */
export type LogSource = (container: {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the instance before the last restart. */
  readonly previous?: boolean;
}) => string | undefined;

/** What every verb works with: one cluster. */
export interface ApiContext {
  /** Of the cluster. */
  readonly name: string;
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  /** Who asks and what they may. */
  readonly auth: EmbeddedAuth;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly faults: FaultPlan;
  /** How often a quiet watch hears a bookmark. */
  readonly bookmarkMs: number;
  readLog: LogSource;
}

/** Now, as metav1.Time has it: RFC 3339 in whole seconds. */
export function toMetaTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Now, as metav1.MicroTime has it. */
export function toMicroTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}
