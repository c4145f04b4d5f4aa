import { createRowMaker, readIdentity } from "../../cache/row-maker.ts";
import type { Change, FleetCache, LogPosition, ResourceSnapshot } from "../../cache/fleet-cache.ts";
import { compareVersions } from "../../cache/resource-version.ts";
import type { Cluster, ClusterRegistry } from "../../cluster/cluster.ts";
import type { KubeReader } from "../../kube/client.ts";
import { systemIdentity } from "../../kube/identity.ts";
import { prepareObject } from "../../kube/prepare-object.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { AnyRow } from "../../kube/rows/row.ts";
import { toRow } from "../../kube/rows/to-row.ts";
import type { Clock } from "../../lib/clock.ts";
import { untilAborted } from "../../lib/until-aborted.ts";
import { within } from "../../lib/within.ts";
import type { SelectedChange } from "./change-queue.ts";
import type { StreamSelection } from "./stream-selection.ts";
import { positionKey } from "./stream-cursor.ts";
import type { StreamPositions } from "./stream-cursor.ts";

/** One object that an upstream watch named, from the cursor up to a snapshot of ours. */
export interface TouchedObject {
  /** As the snapshot has it, or as last seen where it is gone. */
  readonly row: AnyRow;
  readonly isGone: boolean;
  /** It came into being after the cursor: the receiver has not got it. */
  readonly isNew: boolean;
  /** Its first event after the cursor: where the receiver stands that has been told of it. */
  readonly first: Change;
}

/** What happened after a position, as the API server tells it, up to the snapshot with this sequence. */
export interface UpstreamReplay {
  readonly sequence: number;
  readonly touched: readonly TouchedObject[];
}

export interface UpstreamReplayOptions {
  readonly registry: Pick<ClusterRegistry, "get">;
  readonly cache: Pick<FleetCache, "snapshot" | "log">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A pair whose watch takes longer than this is resynchronised. API servers send a bookmark 2 s before `watchSeconds` are over. */
const timeoutMs = 2_000;
const watchSeconds = 3;
/** Events read for one pair; past that a snapshot is cheaper. */
const maxEvents = 5_000;

/** The pairs of the stream that the cursor names and the change log cannot replay: another replica's, or of before a restart. */
export function unknownPairs(
  selection: StreamSelection,
  { log }: Pick<FleetCache, "log">,
  resume: StreamPositions,
): ReturnType<StreamSelection["pairs"]> {
  return selection.pairs().filter(({ cluster, resource }) => {
    const position = resume.get(positionKey(cluster, resource));
    return position !== undefined && log.since(cluster, resource, position) === undefined;
  });
}

/** Asks the API servers what the log cannot tell; by `positionKey`. A pair of which anything is in doubt is missing. Rejects only where the signal is aborted. */
export async function replayUpstream(
  pairs: ReturnType<StreamSelection["pairs"]>,
  resume: StreamPositions,
  options: UpstreamReplayOptions,
): Promise<ReadonlyMap<string, UpstreamReplay>> {
  const replays = new Map<string, UpstreamReplay>();
  await Promise.all(
    pairs.map(async ({ cluster: name, resource }) => {
      const key = positionKey(name, resource);
      const { sequence, held } = trusted(options, name, resource);
      const cluster = options.registry.get(name);
      const position = resume.get(key);
      if (cluster === undefined || position === undefined || held === undefined) return;
      const touched = await readTouched(cluster, held, position, options).catch(() => undefined);
      if (touched !== undefined) replays.set(key, { sequence, touched });
    }),
  );
  options.signal.throwIfAborted();
  return numbered(replays);
}

/** Sequences that no other change has, before all of this process, in the order of each watch. */
function numbered(replays: ReadonlyMap<string, UpstreamReplay>): ReadonlyMap<string, UpstreamReplay> {
  let next = -Number.MAX_SAFE_INTEGER;
  const number = (object: TouchedObject): TouchedObject => ({
    ...object,
    first: { ...object.first, sequence: next++ },
  });
  return new Map([...replays].map(([key, { sequence, touched }]) => [key, { sequence, touched: touched.map(number) }]));
}

/** What is held of a pair, where cluster and store can be trusted to be in step. */
export function trusted(
  { registry, cache }: Pick<UpstreamReplayOptions, "registry" | "cache">,
  cluster: string,
  resource: Change["resource"],
): { readonly sequence: number; readonly held: ResourceSnapshot | undefined } {
  const snapshot = cache.snapshot();
  const status = registry.get(cluster)?.status;
  const held = snapshot.resource(cluster, resource);
  const isTrusted =
    status?.health.state === "UP" && status.identity.state === "pinned" && held?.status.state === "FRESH";
  return { sequence: snapshot.sequence, held: isTrusted ? held : undefined };
}

/** What a receiver is told of a touched object so that it ends in the truth whatever it held; undefined where it concerns it not at all. */
export function selectTouched(
  { row, isGone, isNew }: TouchedObject,
  selection: StreamSelection,
): SelectedChange | undefined {
  if (!isGone && selection.matches(row)) return { type: isNew ? "ADDED" : "MODIFIED", reason: "SYNTHESISED", row };
  return !isNew && selection.reaches(row) ? { type: "DELETED", reason: "SYNTHESISED", row } : undefined;
}

/** undefined: in doubt. */
async function readTouched(
  cluster: Cluster,
  held: ResourceSnapshot,
  position: LogPosition,
  { clock, signal }: UpstreamReplayOptions,
): Promise<readonly TouchedObject[] | undefined> {
  // Halfway through another replica's relist: what the rest of it found has older versions than this.
  if (position.uidHash.startsWith("~")) return undefined;
  const order = compareVersions(position.resourceVersion, held.resourceVersion);
  if (order === undefined || order > 0) return undefined;
  // Several events of one version (the deletions of a relist apart) do not exist: at the same version nothing is missing.
  if (order === 0) return [];
  return within({ ms: timeoutMs, clock, signals: [signal, cluster.signal] }, (stop) =>
    untilAborted(watchTouched({ cluster, held, position, clock, signal: stop }), stop),
  );
}

interface Watching {
  readonly cluster: Cluster;
  readonly held: ResourceSnapshot;
  readonly position: LogPosition;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function watchTouched(watching: Watching): Promise<readonly TouchedObject[] | undefined> {
  const { cluster, held, position, signal } = watching;
  const seen = new Map<string, Seen>();
  const query = { resourceVersion: position.resourceVersion, timeoutSeconds: watchSeconds };
  const call: Parameters<KubeReader["watch"]>[2] = { signal, as: systemIdentity("stream resume") };
  let events = 0;
  for await (const event of cluster.client.watch(held.resource, query, call)) {
    if (event.type === "ERROR" || ++events > maxEvents) return undefined;
    const identity = event.type === "BOOKMARK" ? undefined : readIdentity(event.object);
    const version = event.type === "BOOKMARK" ? event.resourceVersion : (identity?.resourceVersion ?? "");
    const order = compareVersions(version, held.resourceVersion);
    if (order === undefined) return undefined;
    if (event.type !== "BOOKMARK" && order <= 0) {
      if (identity === undefined || identity.uid === "") return undefined;
      const { uid } = identity;
      const { firstType, firstVersion } = seen.get(uid) ?? { firstType: event.type, firstVersion: version };
      seen.set(uid, { firstType, firstVersion, isGone: event.type === "DELETED", object: event.object });
    }
    if (order >= 0) return toTouched(seen, watching);
  }
  return undefined;
}

interface Seen {
  readonly firstType: Change["type"];
  readonly firstVersion: string;
  readonly isGone: boolean;
  readonly object: unknown;
}

/** undefined where snapshot and watch disagree, or an object cannot be read. */
function toTouched(
  seen: ReadonlyMap<string, Seen>,
  { cluster, held, clock }: Watching,
): readonly TouchedObject[] | undefined {
  const { name } = cluster;
  const makeRow = createRowMaker({ cluster: name, resource: held.resource, toRow, prepare: prepareObject, clock });
  const touched: TouchedObject[] = [];
  for (const { firstType, firstVersion, isGone, object } of seen.values()) {
    const last = makeRow(object, { source: "CACHE" });
    if (last === undefined) return undefined;
    const now = held.get(last.namespace ?? "", last.name);
    if (isGone ? now?.uid === last.uid : now?.uid !== last.uid) return undefined;
    const row = isGone ? last : (now ?? last);
    const first: Change = {
      // Numbered when all watches are over.
      sequence: 0,
      cluster: name,
      resource: toResourceName(held.resource),
      type: firstType,
      synthesised: false,
      before: firstType === "ADDED" ? undefined : row,
      after: firstType === "DELETED" ? undefined : row,
      resourceVersion: firstVersion,
    };
    touched.push({ row, isGone, isNew: firstType === "ADDED", first });
  }
  return touched;
}
