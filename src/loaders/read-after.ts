import { compareVersions } from "../cache/resource-version.ts";
import type { CacheEvent } from "../cache/fleet-cache.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { ApiError } from "../kube/api-error.ts";
import { isKubeError } from "../kube/kube-error.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import { createDeferred } from "../lib/deferred.ts";
import { sleep } from "../lib/clock.ts";
import type { LoaderOptions } from "./operation.ts";
import { findServed } from "./relations/served-kinds.ts";
import { within } from "./within.ts";

/** A write that a later read must show. */
export interface WriteMark {
  readonly cluster: string;
  readonly resource: ResourceId;
  /** "" for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The version written; "gone" where the object was deleted. */
  readonly resourceVersion: string;
}

const tokenFormat = 1;

/** The opaque text of a mutation's `readAfter`: good on any replica. */
export function encodeReadAfter({ cluster, resource, namespace, name, uid, resourceVersion }: WriteMark): string {
  const { group, version, plural, kind, namespaced } = resource;
  const parts = [tokenFormat, cluster, group, version, plural, kind, namespaced, namespace, name, uid, resourceVersion];
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** Throws BAD_USER_INPUT where it is no such token. */
export function decodeReadAfter(token: string): WriteMark {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw notAToken();
  }
  if (!Array.isArray(parts) || parts.length !== 11 || parts[0] !== tokenFormat) throw notAToken();
  const [, cluster, group, version, plural, kind, namespaced, namespace, name, uid, resourceVersion] =
    parts as unknown[];
  const texts = [cluster, group, version, plural, kind, namespace, name, uid, resourceVersion];
  if (!texts.every((text) => typeof text === "string") || typeof namespaced !== "boolean") throw notAToken();
  const resource = { group, version, plural, kind, namespaced } as ResourceId;
  return { cluster, resource, namespace, name, uid, resourceVersion } as WriteMark;
}

function notAToken(): ApiError {
  return new ApiError("BAD_USER_INPUT", "Argument readAfter must be what a mutation's payload gave as readAfter.");
}

export type ReadAfterOptions = Pick<
  LoaderOptions,
  "registry" | "cache" | "identity" | "access" | "signal" | "clock" | "limits"
>;

/** What is read of the stream before a cluster is asked: events are usually here within this. */
const streamWaitMs = 500;

/**
 * Waits until this replica has seen the write: its store shows that version or a newer one of the object (or, after a deletion, not that object).
 * Where the stream does not bring it shortly, one consistent read decides whether there is anything left to wait for. false: nothing was waited for.
 * Throws BAD_USER_INPUT for a token that is none, CLUSTER_TIMEOUT after `limits.readAfterMs`.
 */
export async function awaitReadAfter(token: string, options: ReadAfterOptions): Promise<boolean> {
  const told = decodeReadAfter(token);
  // A cluster where the caller may do nothing is as one that is not there.
  const cluster = options.access.state(told.cluster) === "none" ? undefined : options.registry.get(told.cluster);
  if (cluster === undefined) throw new ApiError("BAD_USER_INPUT", `Argument readAfter names cluster ${JSON.stringify(told.cluster)}, which is not in the fleet.`); // prettier-ignore
  const mark = { ...told, resource: await servedAs(told.resource, cluster, options) };
  await options.access.settle(cluster.name, mark.resource, options);
  // Reads do not show it to them, now or later: whether the write is there must not be told by how long this takes.
  if (!options.access.gets({ cluster: cluster.name, resource: toResourceName(mark.resource), namespace: mark.namespace }, mark.name)) return false; // prettier-ignore
  if (isSeen(options.cache, mark)) return false;
  const { limits, clock } = options;
  const startMs = clock.monotonic();
  await options.cache.ensure(cluster.name, mark.resource, { signal: options.signal, waitMs: limits.readAfterMs });
  if (await awaitSeen(mark, options, Math.min(streamWaitMs, limits.readAfterMs))) return true;
  const target = await readConsistently(cluster, mark, options);
  if (await awaitSeen(target, options, limits.readAfterMs - (clock.monotonic() - startMs))) return true;
  throw new ApiError(
    "CLUSTER_TIMEOUT",
    `This replica has not seen the write that readAfter names within ${limits.readAfterMs} ms. Retry, or read without it.`,
    { cluster: cluster.name, retryable: true },
  );
}

/**
 * The resource that a token names, as discovery has it. A token is only encoded and may say anything: a Secret listed as another kind would be kept
 * with its values, which are left out by kind.
 */
async function servedAs(
  { group, version, plural, kind, namespaced }: ResourceId,
  cluster: Cluster,
  options: ReadAfterOptions,
): Promise<ResourceId> {
  const found = await findServed(cluster, { group, version, kind }, options);
  if (found.state === "unknown") throw new ApiError("CLUSTER_UNAVAILABLE", `Cluster ${cluster.name} was never reached: what it serves is not known. Retry.`, { cluster: cluster.name, retryable: true }); // prettier-ignore
  if (found.state === "absent") throw notAToken();
  const { resource } = found;
  if (resource.plural !== plural || resource.namespaced !== namespaced) throw notAToken();
  return resource;
}

/** What the store must show instead: the object as it is now, which may have moved on or gone since the write. */
async function readConsistently(cluster: Cluster, mark: WriteMark, options: ReadAfterOptions): Promise<WriteMark> {
  const { clock, signal, identity, limits } = options;
  const { resource, namespace, name } = mark;
  const object = { name, ...(namespace === "" ? {} : { namespace }) };
  try {
    const found = await within({ ms: limits.readThroughMs, clock, signal }, (bounded) =>
      cluster.client.get(resource, object, { signal: bounded, as: identity }),
    );
    const { uid = mark.uid, resourceVersion = mark.resourceVersion } = found.metadata;
    return mark.resourceVersion === "gone" && uid !== mark.uid ? mark : { ...mark, uid, resourceVersion };
  } catch (error) {
    return isKubeError(error, "NotFound") ? { ...mark, resourceVersion: "gone" } : mark;
  }
}

/** Whether the store shows the write. */
export function isSeen(cache: ReadAfterOptions["cache"], mark: WriteMark): boolean {
  const held = cache.snapshot().resource(mark.cluster, toResourceName(mark.resource));
  if (held === undefined || held.resourceVersion === "") return false;
  return showsWrite(held.get(mark.namespace, mark.name), held.resourceVersion, mark);
}

function showsWrite(row: AnyRow | undefined, listVersion: string, { uid, resourceVersion }: WriteMark): boolean {
  if (resourceVersion === "gone") return row === undefined || row.uid !== uid;
  if (row === undefined) return isAtLeast(listVersion, resourceVersion);
  if (row.uid === uid && isAtLeast(row.resourceVersion, resourceVersion)) return true;
  // Re-created or deleted since: then the whole resource is further than the write.
  return isAtLeast(row.resourceVersion, resourceVersion) || isAtLeast(listVersion, resourceVersion);
}

function isAtLeast(version: string, wanted: string): boolean {
  return version === wanted || (compareVersions(version, wanted) ?? -1) >= 0;
}

/** Resolves with true as soon as the store shows the write, with false after `ms`. */
export async function awaitSeen(
  mark: WriteMark,
  { cache, clock, signal }: Pick<ReadAfterOptions, "cache" | "clock" | "signal">,
  ms: number,
): Promise<boolean> {
  if (isSeen(cache, mark)) return true;
  const seen = createDeferred<true>();
  const name = toResourceName(mark.resource);
  const unsubscribe = cache.subscribe((event) => {
    if (concerns(event, name, mark) && isSeen(cache, mark)) seen.resolve(true);
  });
  const waiting = new AbortController();
  try {
    return await Promise.race([
      seen.promise,
      sleep(clock, ms, AbortSignal.any([signal, waiting.signal])).then(() => false),
    ]);
  } finally {
    unsubscribe();
    waiting.abort();
  }
}

/** Whether the event may have brought the write: of other objects nothing is looked at, since a snapshot after each change costs. */
function concerns(event: CacheEvent, resource: ResourceName, { cluster, namespace, name }: WriteMark): boolean {
  const subject = event.type === "change" ? event.change : event;
  if (subject.cluster !== cluster || subject.resource !== resource) return false;
  if (event.type === "status") return true;
  const row = event.change.after ?? event.change.before;
  return row?.name === name && (row.namespace ?? "") === namespace;
}
