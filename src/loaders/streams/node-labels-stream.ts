import { ApiError } from "../../kube/api-error.ts";
import type { NodeRow, StringMap } from "../../kube/rows/row.ts";
import { createPullStream } from "../../lib/pull-stream.ts";
import type { PullStream } from "../../lib/pull-stream.ts";
import type { CacheEvent, Change, FleetCache, LogPosition } from "../../cache/fleet-cache.ts";
import type { NodeLabelsMessage } from "../request-context.ts";
import { formatStreamCursor, parseStreamCursor, positionKey } from "./stream-cursor.ts";
import { currentPositions } from "./stream-messages.ts";
import type { StreamRights } from "./stream-rights.ts";
import type { StreamSelection } from "./stream-selection.ts";

export interface NodeLabelsStreamOptions {
  /** Under the rights as they are now. */
  readonly select: () => StreamSelection;
  /** Tells when `select` gives something else; closed with the stream. */
  readonly rights: Pick<StreamRights, "onChange" | "close">;
  readonly cache: Pick<FleetCache, "subscribe" | "log">;
  readonly positionOf: (change: Change) => LogPosition;
  readonly signal: AbortSignal;
  readonly after?: string | null;
  /** Nodes whose changes may wait. */
  readonly maxPending: number;
}

/** Label changes of one node that wait, composed: the labels before the first and after the last of them. */
interface Pending {
  readonly since: Change;
  readonly before: StringMap;
  readonly node: NodeRow;
  readonly synthesised: boolean;
}

/**
 * Changes of node labels for one receiver; what waits is composed by node, and a change that undoes itself is none. Throws ApiError
 * CURSOR_INVALID at once where `after` cannot be replayed from the change log, or is of other rights: there is no snapshot to fall back on.
 */
export function createNodeLabelsStream(options: NodeLabelsStreamOptions): PullStream<NodeLabelsMessage> {
  const { select, rights, cache, positionOf, signal, maxPending } = options;
  let selection = select();
  const sent = startPositions(selection, options);
  const toCursor = (): string =>
    formatStreamCursor(selection.filterHash, { rights: selection.rights, positions: sent });
  const waiting = new Map<string, Pending>();
  const accept = (change: Change): boolean => {
    const next = toPending(change, selection);
    if (next === undefined) return false;
    const key = `${change.cluster} ${next.node.name} ${next.node.uid}`;
    const held = waiting.get(key);
    waiting.set(key, held === undefined ? next : { ...next, since: held.since, before: held.before, synthesised: held.synthesised || next.synthesised }); // prettier-ignore
    return true;
  };
  for (const change of replayed(selection, options, sent)) accept(change);

  const stream = createPullStream<NodeLabelsMessage>({
    signal,
    onClose() {
      unsubscribe();
      rights.close();
    },
    produce() {
      for (const [key, pending] of waiting) {
        waiting.delete(key);
        sent.set(positionKey(pending.since.cluster, pending.since.resource), positionOf(pending.since));
        const message = toMessage(pending, toCursor());
        if (message !== undefined) return message;
      }
      return undefined;
    },
  });
  const unsubscribe = cache.subscribe((event: CacheEvent) => {
    if (event.type !== "change" || !selection.covers(event.change.cluster, event.change.resource)) return;
    if (!accept(event.change)) return;
    if (waiting.size > maxPending) stream.fail(overflow(maxPending, toCursor()));
    else stream.wake();
  });
  rights.onChange(() => {
    selection = select();
    for (const [key, { node }] of waiting) if (!selection.matches(node)) waiting.delete(key);
    const covered = coveredKeys(selection);
    for (const key of sent.keys()) if (!covered.has(key)) sent.delete(key);
  });
  if (signal.aborted) unsubscribe();
  return stream;
}

/** What changed between two label maps, by key. */
export function diffLabels(
  before: StringMap,
  after: StringMap,
): Pick<NodeLabelsMessage, "added" | "removed" | "changed"> {
  const keys = Object.keys(after).sort();
  return {
    added: keys.filter((key) => !(key in before)).map((key) => ({ key, value: after[key] ?? "" })),
    removed: Object.keys(before).sort().filter((key) => !(key in after)).map((key) => ({ key, value: before[key] ?? "" })),
    changed: keys
      .filter((key) => key in before && before[key] !== after[key])
      .map((key) => ({ key, old: before[key] ?? "", new: after[key] ?? "" })),
  }; // prettier-ignore
}

function toPending(change: Change, selection: StreamSelection): Pending | undefined {
  const before = change.before as NodeRow | undefined;
  const node = change.after as NodeRow | undefined;
  if (node === undefined || before?.labelMap === node.labelMap || !selection.matches(node)) return undefined;
  return { since: change, before: before?.labelMap ?? {}, node, synthesised: change.synthesised };
}

/** The message, or undefined where nothing is different after all. */
function toMessage({ before, node, synthesised }: Pending, cursor: string): NodeLabelsMessage | undefined {
  const difference = diffLabels(before, node.labelMap);
  const { added, removed, changed } = difference;
  if (added.length + removed.length + changed.length === 0) return undefined;
  // Who took a label away stands nowhere in the object.
  const managers = new Set([...added, ...changed].map(({ key }) => node.labelManagers[key]));
  const [manager] = managers;
  return {
    node,
    ...difference,
    reason: synthesised ? "SYNTHESISED" : "CHANGED",
    manager: managers.size === 1 ? (manager ?? null) : null,
    cursor,
  };
}

function startPositions(
  selection: StreamSelection,
  { cache, after }: NodeLabelsStreamOptions,
): Map<string, LogPosition> {
  if (after === undefined || after === null) return new Map(currentPositions(selection, cache));
  const { rights, positions } = parseStreamCursor(after, selection.filterHash);
  if (rights === selection.rights) {
    const covered = coveredKeys(selection);
    return new Map([...positions].filter(([key]) => covered.has(key)));
  }
  throw new ApiError(
    "CURSOR_INVALID",
    "Argument after was given when you were allowed to see something else. Start without it, and read the labels once.",
  );
}

function coveredKeys(selection: StreamSelection): ReadonlySet<string> {
  const pairs = selection.pairs().filter(({ cluster, resource }) => selection.covers(cluster, resource));
  return new Set(pairs.map(({ cluster, resource }) => positionKey(cluster, resource)));
}

/** Changes after the cursor, for clusters it names; others have joined since, or can be seen since, and begin now. */
function replayed(
  selection: StreamSelection,
  { cache, after }: NodeLabelsStreamOptions,
  from: ReadonlyMap<string, LogPosition>,
): readonly Change[] {
  if (after === undefined || after === null) return [];
  return selection.pairs().flatMap(({ cluster, resource }) => {
    const position = from.get(positionKey(cluster, resource));
    if (position === undefined) return [];
    const changes = cache.log.since(cluster, resource, position);
    if (changes !== undefined) return changes;
    throw new ApiError(
      "CURSOR_INVALID",
      `Argument after is too old to replay for cluster ${cluster}. Start without it, and read the labels once.`,
    );
  });
}

function overflow(maxPending: number, cursor: string): ApiError {
  const message = `The receiver is too slow: label changes of more than ${maxPending} nodes wait for it. Subscribe again with after: extensions.cursor.`;
  return new ApiError("SUBSCRIPTION_OVERFLOW", message, { cursor, retryable: true });
}
