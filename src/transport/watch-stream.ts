import type { WatchEvent } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import { ProtobufRefusedError } from "../kube/protobuf/protobuf-bytes.ts";
import { createFrameReader } from "./frame-reader.ts";
import { createLengthSplitter } from "./length-splitter.ts";
import { FrameTooLongError, createLineSplitter } from "./line-splitter.ts";
import type { FrameSplitter } from "./line-splitter.ts";
import type { Answer } from "./link.ts";
import type { ItemType } from "./list-pieces.ts";
import { readProtobufFrame } from "./protobuf-frames.ts";
import type { WatchFrame, WatchProtobuf } from "./protobuf-frames.ts";
import { isProtobuf } from "./protobuf-lists.ts";
import { isStatus, toStatusError } from "./status-error.ts";

export interface WatchStreamOptions {
  readonly cluster: string;
  readonly maxFrameBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Set: objects of this type come with their JSON and without managedFields, where the frame has the form API servers give it. */
  readonly piecesOf: ItemType | undefined;
  /** What reads the answer where it is in protobuf, which is then to be asked for; undefined = it is JSON. */
  readonly protobuf: WatchProtobuf | undefined;
}

/** What a watch comes in. */
interface Frames {
  readonly splitter: FrameSplitter;
  read(frame: Buffer): WatchEvent;
  /** What came after the last frame's end. */
  readRest(rest: Buffer): WatchEvent;
}

/**
 * The events of a watch's body, which is asked for when they are: a frame each, of JSON or of protobuf, as the server chose. A last line of JSON without its newline counts
 * where it is whole. Bookmarks are reduced to what they say; anything else passes unread, but for what `piecesOf` and `protobuf` say.
 */
export async function* readWatchStream(
  send: () => Promise<Answer>,
  options: WatchStreamOptions,
): AsyncGenerator<WatchEvent, void> {
  const answer = await send();
  const { protobuf } = options;
  const frames =
    protobuf !== undefined && isProtobuf(answer.headers) ? inProtobuf(options, protobuf) : inLines(options);
  const { splitter } = frames;
  try {
    // A frame and its length come apart, and together: to wait for each would take a turn more.
    for await (const chunks of answer.body.turns()) {
      for (const frame of framesOf(chunks, splitter)) {
        const event = frames.read(frame);
        yield event;
        if (event.type === "ERROR") return;
      }
    }
    const rest = splitter.rest();
    if (rest.length > 0) yield frames.readRest(rest);
  } catch (cause) {
    if (cause instanceof FrameTooLongError) throw malformed(options, "a frame of the watch is too long", cause);
    if (cause instanceof ProtobufRefusedError) {
      protobuf?.onRefused(cause);
      throw malformed(options, "a frame of the watch cannot be read", cause);
    }
    throw answer.toError(cause);
  } finally {
    answer.release();
  }
}

function* framesOf(chunks: readonly Buffer[], splitter: FrameSplitter): Generator<Buffer, void> {
  for (const chunk of chunks) yield* splitter.push(chunk);
}

function inProtobuf(options: WatchStreamOptions, protobuf: WatchProtobuf): Frames {
  return {
    splitter: createLengthSplitter(options.maxFrameBytes),
    read: (frame) => toEvent(readProtobufFrame(frame, protobuf), options),
    readRest() {
      throw malformed(options, "the watch ends within a frame");
    },
  };
}

function inLines(options: WatchStreamOptions): Frames {
  const pieces = options.piecesOf === undefined ? undefined : createFrameReader(options.piecesOf);
  const read = (line: Buffer): WatchEvent => pieces?.read(line) ?? toEvent(parse(line, options), options);
  return { splitter: createLineSplitter(options.maxFrameBytes), read, readRest: read };
}

function parse(line: Buffer, options: WatchStreamOptions): WatchFrame {
  let frame: unknown;
  try {
    frame = JSON.parse(line.toString("utf8"));
  } catch (cause) {
    throw malformed(options, "a frame of the watch is not JSON", cause);
  }
  if (typeof frame !== "object" || frame === null) throw malformed(options, "a frame of the watch is not an object");
  const { type, object } = frame as { readonly type?: unknown; readonly object?: unknown };
  return { type: String(type), object };
}

function toEvent({ type, object, json }: WatchFrame, options: WatchStreamOptions): WatchEvent {
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return json === undefined ? { type, object } : { type, object, json };
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
