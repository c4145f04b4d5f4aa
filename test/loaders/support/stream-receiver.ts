import { ApiError } from "../../../src/kube/api-error.ts";
import type { PodRow } from "../../../src/kube/rows/row.ts";
import type { ChangeMessage, StreamArgs, Streams } from "../../../src/loaders/request-context.ts";

/** One who applies the messages of a stream of pods by the rules it is told. */
export interface Receiver {
  readonly messages: ChangeMessage[];
  /** What it holds, by the rules a receiver is told: drop after RESYNC what SYNCED has not repeated. */
  readonly held: Map<string, string>;
  readonly cursor: () => string | null;
  /** Takes messages until none comes; at most `count`. */
  take(count?: number): Promise<void>;
  /** Takes a message that is there already, if one was asked for. */
  flush(): Promise<void>;
  /** The stream has ended with an error, whose cursor is taken. */
  hasFailed(): boolean;
  leave(): Promise<void>;
}

/** Goes on where `before` left, with what it holds. `look` is called with each message before it is applied. */
export function subscribe(
  streams: Streams,
  args: StreamArgs,
  before?: Receiver,
  look: (message: ChangeMessage) => void = () => {},
): Receiver {
  const iterator = streams.changes("Pod", { ...args, after: before?.cursor() ?? null })[Symbol.asyncIterator]();
  const held = before?.held ?? new Map<string, string>();
  const messages: ChangeMessage[] = [];
  let cursor = before?.cursor() ?? null;
  let repeated: Set<string> | undefined = cursor === null ? new Set() : undefined;
  const keyOf = (row: PodRow): string => `${row.clusterName}|${row.namespace}/${row.name}`;

  const receive = (message: ChangeMessage): void => {
    look(message);
    messages.push(message);
    cursor = message.cursor ?? cursor;
    const rows = message.objects as readonly PodRow[];
    if (message.type === "RESYNC") repeated = new Set();
    if (message.type === "SNAPSHOT") for (const row of rows) repeated?.add(keyOf(row));
    if (message.type === "SYNCED" && repeated !== undefined) {
      for (const key of held.keys()) if (!repeated.has(key)) held.delete(key);
      repeated = undefined;
    }
    for (const row of rows) {
      if (message.type === "DELETED") held.delete(keyOf(row));
      else held.set(keyOf(row), row.resourceVersion);
    }
  };
  let waiting: Promise<IteratorResult<ChangeMessage>> | undefined;
  let hasFailed = false;
  /** false: none came. */
  const takeOne = async (): Promise<boolean> => {
    try {
      const result = await Promise.race([waiting, new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))]); // prettier-ignore
      if (result === undefined) return false;
      waiting = undefined;
      if (result.done !== true) receive(result.value);
      return result.done !== true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      hasFailed = true;
      cursor = (error.extensions["cursor"] as string | null) ?? cursor;
      return false;
    }
  };
  return {
    messages,
    held,
    cursor: () => cursor,
    async take(count = Number.POSITIVE_INFINITY) {
      for (let i = 0; i < count && !hasFailed; i++) {
        waiting ??= iterator.next();
        if (!(await takeOne())) return;
      }
    },
    async flush() {
      if (waiting !== undefined) await takeOne();
    },
    hasFailed: () => hasFailed,
    async leave() {
      await iterator.return?.();
    },
  };
}
