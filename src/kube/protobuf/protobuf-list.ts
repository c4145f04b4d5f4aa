import type { LateText } from "../body.ts";
import type { KubeListItem } from "../client.ts";
import { KubeError } from "../kube-error.ts";
import { toAsciiWords } from "./json-writer.ts";
import type { AsciiWords } from "./json-writer.ts";
import type { MessageReader } from "./message-reader.ts";
import type { MessageTranscoder } from "./message-transcoder.ts";
import type { MessageType, MessageTypes } from "./message-types.ts";
import { UnknownOpener, spanOf } from "./open-unknown.ts";
import { ProtobufBytes, ProtobufRefusedError } from "./protobuf-bytes.ts";
import type { SkippedCutter } from "./skipped-cutter.ts";

/** Of runtime.Unknown, behind the object: both are empty. */
const [encodingTag, contentTypeTag] = [0x1a, 0x22];
/** Of a list: its metadata, and each of its items. */
const [metadataTag, itemTag] = [0x0a, 0x12];

/** What a list says before its items. */
export interface ProtobufListHead {
  /** As JSON has it, without items. */
  readonly envelope: unknown;
  /** Where its items begin. */
  readonly start: number;
  /** Behind its last item: perhaps beyond what has come. */
  readonly end: number;
}

export interface ProtobufListOptions {
  readonly apiVersion: string;
  readonly kind: string;
  readonly type: MessageType;
  readonly types: MessageTypes;
  readonly transcoder: MessageTranscoder;
  readonly reader: MessageReader;
  readonly cutter: SkippedCutter;
}

/** JSON of one item, written when it is asked for: nobody needs it to serve its row. */
class ItemText implements LateText {
  readonly #list: ProtobufList;
  /** One byte a character: a string of its own goes when its row goes, where a piece of a buffer would keep all of it. */
  readonly #bytes: string;

  constructor(list: ProtobufList, bytes: string) {
    this.#list = list;
    this.#bytes = bytes;
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  text(): string {
    try {
      return this.#list.toJson(Buffer.from(this.#bytes, "latin1"));
    } catch (cause) {
      throw new KubeError({ reason: "MalformedResponse", message: "the bytes of the object cannot be read", cause });
    }
  }
}

/**
 * Reads lists of one kind, and its objects, from kube-apiserver's protobuf: each object as its JSON would have come, with apiVersion and kind and without
 * metadata.managedFields. Every method throws ProtobufRefusedError where the bytes hold anything that is not known: they are then to be asked for as JSON.
 */
export class ProtobufList {
  readonly #options: ProtobufListOptions;
  readonly #head: AsciiWords;
  readonly #lists: UnknownOpener;
  readonly #objects: UnknownOpener;

  constructor(options: ProtobufListOptions) {
    const { apiVersion, kind } = options;
    this.#options = options;
    this.#lists = new UnknownOpener({ ...options, kind: `${kind}List` });
    this.#objects = new UnknownOpener(options);
    this.#head = toAsciiWords(`,"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)}`);
  }

  /** `bytes` hold all that comes before the first item. */
  begin(bytes: Buffer): ProtobufListHead {
    const { types, transcoder } = this.#options;
    const source = new ProtobufBytes(bytes);
    const end = this.#lists.open(source, bytes.length);
    const metadataEnd = spanOf(source, metadataTag, Math.min(end, bytes.length));
    const metadata = transcoder.toJson(bytes, source.at, metadataEnd, types.named("ListMeta"));
    return { envelope: { metadata: JSON.parse(metadata), items: [] }, start: metadataEnd, end };
  }

  /** The items that are whole between the two; `from` moves on behind each that was given. */
  *walk(part: { readonly bytes: Buffer; from: number }, end: number): Generator<KubeListItem, void, undefined> {
    const { apiVersion, kind, type, reader } = this.#options;
    const { bytes } = part;
    const source = new ProtobufBytes(bytes);
    const to = Math.min(end, bytes.length);
    while (part.from < to) {
      source.at = part.from;
      // Of a length five bytes at most; who has less waits for more, except at the end.
      if (to - source.at < 6 && to < end) return;
      if (bytes[source.at++] !== itemTag) throw new ProtobufRefusedError("the list has a field that is not known");
      const length = source.small(to);
      const itemEnd = source.at + length;
      if (itemEnd > to) {
        if (itemEnd <= end) return;
        throw new ProtobufRefusedError("an item goes beyond the end of the list");
      }
      const value = { apiVersion, kind };
      reader.readInto(value, source, itemEnd, type);
      const json = this.#textOf(source, itemEnd - length, itemEnd);
      part.from = itemEnd;
      yield { value, json };
    }
  }

  /** One object that stands alone and ends where the bytes end, as a watch has it. */
  readObject(source: ProtobufBytes): KubeListItem {
    const { apiVersion, kind, type, reader } = this.#options;
    const { bytes } = source;
    const end = this.#objects.open(source, bytes.length);
    const { at } = source;
    this.#finish(source, end);
    const value = { apiVersion, kind };
    source.at = at;
    reader.readInto(value, source, end, type);
    return { value, json: this.#textOf(source, at, end) };
  }

  /** Of the object between the two, which has just been read. */
  #textOf(source: ProtobufBytes, from: number, to: number): ItemText {
    const { cutter, reader } = this.#options;
    return new ItemText(this, cutter.toText(source, from, to, reader.skipped));
  }

  /** JSON of an item. */
  toJson(item: Buffer): string {
    const { transcoder, type } = this.#options;
    return transcoder.toJson(item, 0, item.length, type, this.#head);
  }

  /** Looks at what follows the list, which is all of the rest. */
  finish(bytes: Buffer, from: number): void {
    this.#finish(new ProtobufBytes(bytes), from);
  }

  #finish(source: ProtobufBytes, from: number): void {
    const { bytes } = source;
    source.at = from;
    for (const tag of [encodingTag, contentTypeTag]) {
      if (bytes[source.at] !== tag) continue;
      if (bytes[source.at + 1] !== 0) throw new ProtobufRefusedError("it is encoded once more");
      source.at += 2;
    }
    if (source.at !== bytes.length) throw new ProtobufRefusedError("something follows it, or it ends too early");
  }
}
