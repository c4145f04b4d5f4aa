import type { KubeObject } from "../../kube/object.ts";
import { createDeferred } from "../../lib/deferred.ts";
import type { ApiContext } from "../api-context.ts";
import { servedApiVersion, toServed } from "../registry/resource-definition.ts";
import type { ServedResource } from "../registry/resource-definition.ts";
import { parseObjectSelector } from "../selectors/object-selector.ts";
import type { ObjectSelector } from "../selectors/object-selector.ts";
import { expired } from "../status-error.ts";
import type { LogEntry } from "../storage/revision-log.ts";
import type { ListParams } from "./list-params.ts";
import type { Target } from "./target.ts";

/** One frame of a watch, before it is written down. */
export type WatchFrame =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: KubeObject }
  | { readonly type: "BOOKMARK"; readonly object: BookmarkObject }
  | { readonly type: "ERROR"; readonly object: Readonly<Record<string, unknown>> };

/** What a bookmark carries: a kind and a resourceVersion. */
export interface BookmarkObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly creationTimestamp: null;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Streams end after a random time in [base, 2 base), as the real server's do. */
const minimumTimeoutSeconds = 1800;

function toBookmark(served: ServedResource, revision: number, initialEnd = false): WatchFrame {
  const metadata = {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(initialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
  };
  return { type: "BOOKMARK", object: { kind: served.definition.kind, apiVersion: servedApiVersion(served), metadata } };
}

/** What a watcher with this selector sees of a change; undefined where it sees nothing. */
function toFrame(target: Target, entry: LogEntry, selects: ObjectSelector | undefined): WatchFrame | undefined {
  const { type, object, previous } = entry;
  const { served, namespace } = target;
  if (entry.resource !== served.definition.storageName) return undefined;
  if (namespace !== "" && entry.namespace !== namespace) return undefined;
  const is = type !== "delete" && (selects === undefined || selects(object));
  const was = previous !== undefined && (selects === undefined || selects(previous));
  if (is) return { type: was ? "MODIFIED" : "ADDED", object: toServed(served, object) };
  if (!was) return undefined;
  // Who left the selection is shown as it last was in it, under the revision of the change.
  const last = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(entry.revision) } };
  return { type: "DELETED", object: toServed(served, last) };
}

/**
 * The watch verb: frames until the signal is aborted, the timeout is over, or the history needed is compacted (an ERROR of 410).
 * Everything the query can have wrong is thrown before the first frame is asked for.
 */
export function watchObjects(
  context: ApiContext,
  target: Target,
  params: ListParams,
  signal: AbortSignal,
): AsyncGenerator<WatchFrame> {
  const { definition } = target.served;
  const { store } = context;
  const selects = parseObjectSelector(definition, params);
  const { resourceVersion = 0 } = params;
  const startsWithState = params.sendInitialEvents ?? resourceVersion === 0;
  // Taken now: what changes between this call and the first read is part of the stream.
  const initial = startsWithState ? store.list(definition.storageName, target.namespace) : [];
  const from = startsWithState || resourceVersion === 0 ? store.revision : resourceVersion;
  return streamFrames({ context, target, params, signal, selects, initial, from });
}

interface Stream {
  readonly context: ApiContext;
  readonly target: Target;
  readonly params: ListParams;
  readonly signal: AbortSignal;
  readonly selects: ObjectSelector | undefined;
  /** State to begin with. */
  readonly initial: readonly KubeObject[];
  /** Changes after this revision follow. */
  readonly from: number;
}

async function* streamFrames(stream: Stream): AsyncGenerator<WatchFrame> {
  const { context, target, params, selects } = stream;
  const { store, clock, faults } = context;
  const life = startLife(stream);
  let revision = stream.from;
  // As kube-apiserver: each interval, and two seconds before the stream is to end.
  const lastBookmarkMs = (params.timeoutSeconds ?? 0) * 1000 - 2_000;
  const firstMs = lastBookmarkMs > 0 ? Math.min(context.bookmarkMs, lastBookmarkMs) : context.bookmarkMs;
  let bookmarkAt = clock.monotonic() + firstMs;
  try {
    for (const object of stream.initial) {
      if (life.ended) return;
      if (selects === undefined || selects(object)) yield { type: "ADDED", object: toServed(target.served, object) };
    }
    if (params.sendInitialEvents === true) yield toBookmark(target.served, revision, true);
    while (!life.ended) {
      // The handle first, then the look: a change in between is not lost.
      const changed = store.log.changed();
      // A client from the future waits until the present has caught up.
      const entries = revision > store.revision ? [] : store.log.entriesAfter(revision);
      if (entries === undefined) {
        const message = `too old resource version: ${revision} (${store.log.compactedRevision + 1})`;
        yield { type: "ERROR", object: expired(message).toStatus() };
        return;
      }
      for (const entry of entries) {
        if (life.ended) return;
        revision = entry.revision;
        const frame = toFrame(target, entry, selects);
        if (frame !== undefined && !faults.dropsEvent(target.served.definition.plural)) yield frame;
      }
      if (params.allowWatchBookmarks && clock.monotonic() >= bookmarkAt) {
        bookmarkAt = clock.monotonic() + context.bookmarkMs;
        yield toBookmark(target.served, revision);
      }
      if (entries.length === 0) await life.wait(changed, bookmarkAt - clock.monotonic());
    }
    if (life.timedOut && params.allowWatchBookmarks) yield toBookmark(target.served, revision);
  } finally {
    life.dispose();
  }
}

interface Life {
  readonly ended: boolean;
  readonly timedOut: boolean;
  /** Until something changes, the stream is over, or the time has passed. Leaves no timer behind. */
  wait(changed: Promise<void>, ms: number): Promise<void>;
  dispose(): void;
}

/** How long a stream lives: until its client goes, its time is over, or a fault cuts it. */
function startLife({ context, target, params, signal }: Stream): Life {
  const { clock, random, faults } = context;
  const seconds = params.timeoutSeconds || minimumTimeoutSeconds * (1 + random());
  const over = createDeferred();
  let ended = false;
  let timedOut = false;
  const end = (): void => {
    ended = true;
    over.resolve();
  };
  const cancelTimeout = clock.setTimer(() => {
    timedOut = true;
    end();
  }, seconds * 1000);
  const undoCut = faults.onCut(target.served.definition.plural, end);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  return {
    get ended() {
      return ended;
    },
    get timedOut() {
      return timedOut;
    },
    async wait(changed, ms) {
      let cancel = (): void => {};
      const time = new Promise<void>((resolve) => {
        cancel = clock.setTimer(resolve, Math.max(1, ms));
      });
      await Promise.race([changed, over.promise, time]);
      cancel();
    },
    dispose() {
      cancelTimeout();
      undoCut();
      signal.removeEventListener("abort", end);
    },
  };
}
