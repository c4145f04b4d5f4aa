import type { WatchEvent } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import { createFrameReader } from "./frame-reader.ts";
import { LineTooLongError, createLineSplitter } from "./line-splitter.ts";
import type { Answer } from "./link.ts";
import type { ItemType } from "./list-pieces.ts";
import { isStatus, toStatusError } from "./status-error.ts";

export interface WatchStreamOptions {
  readonly cluster: string;
  readonly maxFrameBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Set: objects of this type come with their JSON and without managedFields, where the frame has the form API servers give it. */
  readonly piecesOf: ItemType | undefined;
}

/**
 * The events of a watch's body, which is asked for when they are: one JSON frame a line. A last frame without its newline counts where it is whole. Bookmarks are reduced to
 * what they say; anything else passes unread, but for what `piecesOf` says.
 */
export async function* readWatchStream(
  send: () => Promise<Answer>,
  options: WatchStreamOptions,
): AsyncGenerator<WatchEvent, void> {
  const answer = await send();
  const splitter = createLineSplitter(options.maxFrameBytes);
  const pieces = options.piecesOf === undefined ? undefined : createFrameReader(options.piecesOf);
  const read = (line: Buffer): WatchEvent => pieces?.read(line) ?? toEvent(line, options);
  try {
    for await (const chunk of answer.body) {
      for (const line of splitter.push(chunk)) {
        const event = read(line);
        yield event;
        if (event.type === "ERROR") return;
      }
    }
    const rest = splitter.rest();
    if (rest.length > 0) yield read(rest);
  } catch (cause) {
    if (cause instanceof LineTooLongError) throw malformed(options, "a frame of the watch is too long", cause);
    throw answer.toError(cause);
  } finally {
    answer.release();
  }
}

function toEvent(line: Buffer, options: WatchStreamOptions): WatchEvent {
  let frame: unknown;
  try {
    frame = JSON.parse(line.toString("utf8"));
  } catch (cause) {
    throw malformed(options, "a frame of the watch is not JSON", cause);
  }
  if (typeof frame !== "object" || frame === null) throw malformed(options, "a frame of the watch is not an object");
  const { type, object } = frame as { readonly type?: unknown; readonly object?: unknown };
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object };
    case "BOOKMARK":
      return { type, resourceVersion: toResourceVersion(object, options) };
    case "ERROR":
      return { type, error: toError(object, options) };
    default:
      throw malformed(options, "a frame of the watch has no known type");
  }
}

function toResourceVersion(object: unknown, options: WatchStreamOptions): string {
  const version = (object as { readonly metadata?: { readonly resourceVersion?: unknown } } | null)?.metadata
    ?.resourceVersion;
  if (typeof version !== "string" || version === "") throw malformed(options, "a bookmark names no resourceVersion");
  return version;
}

function toError(object: unknown, { cluster, now }: WatchStreamOptions): KubeError {
  const status = isStatus(object) ? (object.code ?? 500) : 500;
  return toStatusError({ cluster, status, body: object, nowMs: now() });
}

function malformed({ cluster }: WatchStreamOptions, message: string, cause?: unknown): KubeError {
  return new KubeError({ reason: "MalformedResponse", message, cluster, cause });
}
