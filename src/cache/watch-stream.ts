import type { CallOptions, KubeReader, WatchEvent, WatchQuery } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { Clock } from "../lib/clock.ts";
import { createChildAbort, untilAborted } from "./child-abort.ts";

export interface WatchStreamOptions extends CallOptions {
  readonly client: Pick<KubeReader, "watch">;
  readonly cluster: string;
  readonly resource: ResourceId;
  readonly query: WatchQuery;
  readonly clock: Clock;
  readonly silentMs: number;
  /** Called for each event or bookmark, in order; what it throws ends the stream and is thrown. */
  readonly onEvent: (event: Exclude<WatchEvent, { readonly type: "ERROR" }>) => void;
}

/** How a watch ended without an error: `closed` by the server at a frame's end, or by us after it was `silent`. */
export type WatchEnd = "closed" | "silent";

/**
 * One watch from its opening to its end. Throws KubeError where it breaks and where the server says ERROR. It is `silent` where nothing was heard for
 * `silentMs` - by the monotonic clock, so that neither a wall clock that jumps nor a machine that slept is taken for silence: the stream gets one more turn
 * to speak before it is cut. After the end no event is passed on, whatever the client still has.
 */
export async function runWatch(options: WatchStreamOptions): Promise<WatchEnd> {
  const { client, cluster, resource, query, clock, silentMs, onEvent, signal, as } = options;
  const stop = createChildAbort(signal);
  let heardAt = clock.monotonic();
  let cancelTimer = (): void => {};
  let isSilent = false;
  const arm = (ms: number): void => {
    cancelTimer = clock.setTimer(() => {
      const silentFor = clock.monotonic() - heardAt;
      // At least one: what is left may be less than a clock of fractions can show.
      if (silentFor < silentMs) return arm(Math.max(1, silentMs - silentFor));
      // What has arrived while this process itself was stopped is read in this turn of the loop.
      cancelTimer = clock.setTimer(() => {
        if (clock.monotonic() - heardAt < silentMs) return arm(silentMs);
        isSilent = true;
        stop.abort(
          new KubeError({ reason: "Timeout", cluster, message: `neither event nor bookmark for ${silentMs} ms` }),
        );
      }, 0);
    }, ms);
  };
  const pump = async (): Promise<void> => {
    for await (const event of client.watch(resource, query, { signal: stop.signal, as })) {
      if (stop.signal.aborted) return;
      heardAt = clock.monotonic();
      if (event.type === "ERROR") throw event.error;
      onEvent(event);
    }
  };
  arm(silentMs);
  try {
    await untilAborted(pump(), stop.signal);
    return "closed";
  } catch (error) {
    if (isSilent && !signal.aborted) return "silent";
    // The client says "Aborted" where we know better why.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    cancelTimer();
    stop.release();
    stop.abort(new KubeError({ reason: "Aborted", cluster, message: "the watch is over" }));
  }
}
