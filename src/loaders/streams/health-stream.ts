import { ApiError } from "../../kube/api-error.ts";
import { createPullStream } from "../../lib/pull-stream.ts";
import type { PullStream } from "../../lib/pull-stream.ts";
import type { HealthMessage } from "../request-context.ts";
import type { HealthEntry, HealthLog } from "./health-log.ts";

export interface HealthStreamOptions {
  readonly log: HealthLog;
  readonly filterHash: string;
  readonly covers: (entry: HealthEntry) => boolean;
  readonly signal: AbortSignal;
  readonly after?: string | null;
  readonly maxPending: number;
}

/** First element of a cursor: the format of the rest. */
const cursorFormat = 2;

/** Changes of health for one receiver: each once, in order, none merged. Throws ApiError CURSOR_INVALID at once where `after` cannot be replayed. */
export function createHealthStream(options: HealthStreamOptions): PullStream<HealthMessage> {
  const { log, filterHash, covers, signal, after, maxPending } = options;
  const start = after === undefined || after === null ? log.sequence : parseCursor(after, options);
  const waiting = replay(log, start).filter(covers);
  let sent = start;
  const toCursor = (sequence: number): string =>
    Buffer.from(JSON.stringify([cursorFormat, filterHash, log.id, sequence])).toString("base64url");

  const stream = createPullStream<HealthMessage>({
    signal,
    onClose: () => unsubscribe(),
    produce() {
      const entry = waiting.shift();
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
  if (!Array.isArray(value) || value[0] !== cursorFormat || typeof value[3] !== "number")
    throw invalid("is not a cursor of this stream");
  if (value[1] !== filterHash) throw invalid("belongs to other arguments");
  if (value[2] !== log.id)
    throw invalid("is of another replica or an earlier run, whose probes are not ours to replay");
  return value[3];
}

function invalid(why: string): ApiError {
  return new ApiError("CURSOR_INVALID", `Argument after ${why}. Start without it, and read health once.`);
}

function overflow(maxPending: number, cursor: string): ApiError {
  const message = `The receiver is too slow: more than ${maxPending} changes of health wait for it. Subscribe again with after: extensions.cursor.`;
  return new ApiError("SUBSCRIPTION_OVERFLOW", message, { cursor, retryable: true });
}
