import { ApiError } from "../../kube/api-error.ts";
import { createPullStream } from "../../lib/pull-stream.ts";
import type { PullStream } from "../../lib/pull-stream.ts";
import type { HealthMessage } from "../request-context.ts";
import type { HealthEntry, HealthLog } from "./health-log.ts";
import type { StreamRights } from "./stream-rights.ts";

export interface HealthStreamOptions {
  readonly log: HealthLog;
  readonly filterHash: string;
  /** Whether the receiver asked for it and may see it now. */
  readonly covers: (entry: HealthEntry) => boolean;
  /** What `covers` goes by; closed with the stream. */
  readonly rights: Pick<StreamRights, "close">;
  readonly signal: AbortSignal;
  readonly after?: string | null;
  readonly maxPending: number;
}

/** First element of a cursor: the format of the rest. */
const cursorFormat = 3;

/**
 * Changes of health for one receiver: each once, in order, none merged. Its cursors do not tell how many there were that it may not see. Throws ApiError CURSOR_INVALID at once where `after` cannot be replayed.
 */
export function createHealthStream(options: HealthStreamOptions): PullStream<HealthMessage> {
  const { log, filterHash, covers, rights, signal, after, maxPending } = options;
  const start = after === undefined || after === null ? log.sequence : parseCursor(after, options);
  const waiting = replay(log, start).filter(covers);
  let sent = start;
  const toCursor = (sequence: number): string =>
    Buffer.from(JSON.stringify([cursorFormat, filterHash, log.markOf(sequence)])).toString("base64url");

  const stream = createPullStream<HealthMessage>({
    signal,
    onClose() {
      unsubscribe();
      rights.close();
    },
    produce() {
      // What may not be seen any more when it is asked for is not told.
      let entry = waiting.shift();
      while (entry !== undefined && !covers(entry)) entry = waiting.shift();
      if (entry === undefined) return undefined;
      const { sequence, ...rest } = entry;
      sent = sequence;
      return { ...rest, cursor: toCursor(sequence) };
    },
  });
  const unsubscribe = log.subscribe((entry) => {
    if (!covers(entry)) return;
    waiting.push(entry);
    if (waiting.length > maxPending) stream.fail(overflow(maxPending, toCursor(sent)));
    else stream.wake();
  });
  if (signal.aborted) unsubscribe();
  return stream;
}

function replay(log: HealthLog, sequence: number): HealthEntry[] {
  const entries = log.since(sequence);
  if (entries === undefined) throw invalid("is too old to replay");
  return [...entries];
}

function parseCursor(cursor: string, { log, filterHash }: HealthStreamOptions): number {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    throw invalid("is not a cursor of this stream");
  }
  if (!Array.isArray(value) || value[0] !== cursorFormat || typeof value[2] !== "string")
    throw invalid("is not a cursor of this stream");
  if (value[1] !== filterHash) throw invalid("belongs to other arguments");
  const sequence = log.find(value[2]);
  if (sequence === undefined)
    throw invalid("is too old to replay, or of another replica or an earlier run, whose probes are not ours to replay");
  return sequence;
}

function invalid(why: string): ApiError {
  return new ApiError("CURSOR_INVALID", `Argument after ${why}. Start without it, and read health once.`);
}

function overflow(maxPending: number, cursor: string): ApiError {
  const message = `The receiver is too slow: more than ${maxPending} changes of health wait for it. Subscribe again with after: extensions.cursor.`;
  return new ApiError("SUBSCRIPTION_OVERFLOW", message, { cursor, retryable: true });
}
