import type { WriteTarget, Feature } from "../domain/writes/write-target.ts";
import { systemIdentity } from "../kube/identity.ts";
import type { Identity } from "../kube/identity.ts";
import { knownResources } from "../kube/known-resources.ts";
import type { KubeObject } from "../kube/object.ts";
import { toApiVersion } from "../kube/resource-id.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { within } from "./within.ts";

/** One mutation that was asked for, however it ended. */
export interface AuditEntry {
  readonly requestId: string;
  readonly identity: Identity;
  readonly feature: Feature;
  readonly dryRun: boolean;
  /** undefined where it was refused before it was known what it is about. */
  readonly target: WriteTarget | undefined;
  /** What the cluster did, else why not: an ErrorCode, or a KubeError's reason. */
  readonly outcome: "done" | (string & {});
  readonly durationMs: number;
  /** Of the object, where the cluster told. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** For people: "to 3 replicas". */
  readonly detail?: string;
}

/**
 * Who changed what through fleetgraph: a line in the log for each mutation, and an Event on the object for each that the cluster accepted. A dry
 * run leaves no Event, nor does a refused mutation: who may not write to an object is not to write about it either.
 */
export interface AuditTrail {
  /** Returns at once. An Event that cannot be written fails nothing; it is counted. */
  record(entry: AuditEntry): void;
  /** Resolves when no Event is under way. */
  settled(): Promise<void>;
  metrics(): AuditMetrics;
}

export interface AuditMetrics {
  readonly eventsWritten: number;
  readonly eventsFailed: number;
}

export interface AuditTrailOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Ids that no other process makes: in the names of Events. */
  readonly createId: () => string;
}

/** As which Events are reported. */
const component = "fleetgraph";
/** Patience of one Event: the mutation has been answered long since. */
const eventMs = 5_000;
/** Events under way at once; over it they count as failed, since a cluster that hangs must not fill memory. */
const maxPending = 100;

export function createAuditTrail({ logger, clock, createId }: AuditTrailOptions): AuditTrail {
  const pending = new Set<Promise<void>>();
  let eventsWritten = 0;
  let eventsFailed = 0;

  const write = async (entry: AuditEntry, target: WriteTarget): Promise<void> => {
    const event = toEvent(entry, target, { name: createId(), at: new Date(clock.now()) });
    const as = systemIdentity("audit event");
    const never = new AbortController().signal;
    try {
      await within({ ms: eventMs, clock, signal: never }, (signal) =>
        target.client.create(knownResources.events, event, { signal, as, fieldManager: component }),
      );
      eventsWritten++;
    } catch (error) {
      eventsFailed++;
      logger.debug("audit event was not written", { cluster: target.cluster, requestId: entry.requestId, error });
    }
  };

  return {
    record(entry) {
      logger.info("audit", toFields(entry));
      const { target } = entry;
      if (entry.dryRun || entry.outcome !== "done" || target === undefined) return;
      if (pending.size >= maxPending) {
        eventsFailed++;
        return;
      }
      const writing = write(entry, target).finally(() => pending.delete(writing));
      pending.add(writing);
    },
    async settled() {
      await Promise.all(pending);
    },
    metrics: () => ({ eventsWritten, eventsFailed }),
  };
}

function toFields(entry: AuditEntry): Readonly<Record<string, unknown>> {
  const { requestId, identity, feature, dryRun, target, outcome, durationMs, uid, resourceVersion } = entry;
  return {
    requestId,
    // Whose token it was, never the token.
    user: identity.kind === "user" ? identity.username : identity.kind,
    realm: identity.kind === "user" ? identity.realm : undefined,
    feature,
    cluster: target?.cluster,
    apiVersion: target === undefined ? undefined : toApiVersion(target.resource),
    kind: target?.resource.kind,
    namespace: target?.namespace,
    name: target?.name,
    uid,
    resourceVersion,
    dryRun,
    outcome,
    durationMs: Math.round(durationMs * 10) / 10,
  };
}

const reasons: Readonly<Record<Feature, string>> = {
  apply: "Applied",
  patch: "Patched",
  delete: "Deleted",
  scale: "Scaled",
  label: "Labeled",
  cordon: "SchedulingChanged",
  restart: "Restarted",
};

/** Events lie with what they are about; those about cluster-scoped objects in "default", as the kubelet's do. */
function toEvent(
  { feature, identity, requestId, uid, resourceVersion, detail }: AuditEntry,
  { resource, namespace, name }: WriteTarget,
  made: { readonly name: string; readonly at: Date },
): KubeObject {
  const second = `${made.at.toISOString().slice(0, 19)}Z`;
  const who = identity.kind === "user" ? `${identity.username} (${identity.realm})` : "the local operator";
  const what = detail === undefined ? reasons[feature] : `${reasons[feature]} ${detail}`;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: {
      name: toEventName(name, made.name),
      namespace: namespace === "" ? "default" : namespace,
    },
    involvedObject: {
      apiVersion: toApiVersion(resource),
      kind: resource.kind,
      name,
      ...(namespace === "" ? {} : { namespace }),
      ...(uid === undefined || uid === "" ? {} : { uid }),
      ...(resourceVersion === undefined || resourceVersion === "" ? {} : { resourceVersion }),
    },
    type: "Normal",
    reason: reasons[feature],
    message: `${what} by ${who} through fleetgraph, request ${requestId}.`,
    action: reasons[feature],
    count: 1,
    firstTimestamp: second,
    lastTimestamp: second,
    source: { component },
    reportingComponent: component,
    reportingInstance: component,
  };
}

/** A DNS subdomain of at most 253 characters; names of roles may have colons and more. */
function toEventName(object: string, id: string): string {
  const head = object
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, "-")
    .slice(0, 200);
  const trimmed = head.replace(/[-.]*\.[-.]*/g, ".").replace(/^[-.]+|[-.]+$/g, "");
  return trimmed === "" ? id : `${trimmed}.${id}`;
}
