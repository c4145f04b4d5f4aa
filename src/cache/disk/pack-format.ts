import { crc32 } from "node:zlib";
import type { DiskSource } from "./disk.ts";
import type { SnapshotId, StoredSnapshot } from "../snapshot-store.ts";

/*
 * A pack: header, a snapshot's frames, its bytes, and the frames of what was appended since.
 *   header   magic (8 bytes), length, crc32, JSON {clusterUid, resource, framesBytes, blobsBytes}: how long the two parts behind it are
 *   frame    length of the payload, crc32 of the payload, payload
 *   payload  type (1 byte): "P" length of the key (4 bytes), key, value; "B" length of the key, key, length of the bytes, their crc32; "D" key;
 *            "M" JSON {resourceVersion, observedAtMs}
 *   bytes    those of the "B" frames, one behind the other
 * Numbers are 32 bits, little-endian. Each checksum of a frame continues the one before it, so that a frame is good only behind the very frames it was
 * written behind: neither a lost block nor a second writer can pass for a good file. The first "M" ends the snapshot, each later one a batch;
 * what has no "M" behind it does not count. So every state that can be read is one that was whole when it was written. Bytes have a checksum of their
 * own, so that a start need not read them.
 */
const magic = Buffer.from("FGPACK3\n");
const headerBytes = magic.length + 8;
const frameBytes = 8;
const types = { put: 0x50, bytes: 0x42, delete: 0x44, mark: 0x4d } as const;

/** A record as it lies in a pack. */
export interface PackRecord {
  readonly key: string;
  /** undefined for a deletion. */
  readonly value: string | BlobSum | undefined;
}

/** What a frame says of bytes that lie elsewhere. */
export interface BlobSum {
  readonly length: number;
  readonly crc: number;
}

/** Where bytes lie in a file. */
export interface BlobPlace extends BlobSum {
  readonly from: number;
}

/** Bytes of the parts behind the header. */
export interface PackParts {
  readonly framesBytes: number;
  readonly blobsBytes: number;
}

/** Of each chunk that is written or read at once: a millisecond of work between two turns of the event loop. */
export const chunkBytes = 262_144;

/** Of what a snapshot or batch is. */
export type Mark = Pick<StoredSnapshot, "resourceVersion" | "observedAtMs">;

/** An encoder goes on from the checksum of what is there. */
export interface Encoded {
  readonly bytes: Buffer;
  readonly crc: number;
}

export function encodeHeader({ clusterUid, resource }: SnapshotId, { framesBytes, blobsBytes }: PackParts): Encoded {
  const json = Buffer.from(JSON.stringify({ clusterUid, resource, framesBytes, blobsBytes }));
  const bytes = Buffer.alloc(headerBytes + json.length);
  const crc = crc32(json);
  magic.copy(bytes);
  bytes.writeUInt32LE(json.length, magic.length);
  bytes.writeUInt32LE(crc, magic.length + 4);
  json.copy(bytes, headerBytes);
  return { bytes, crc };
}

/** How many bytes the frame of a record takes: what is dead once a later one has its key. */
export function frameSize({ key, value }: PackRecord): number {
  const before = frameBytes + 1 + Buffer.byteLength(key);
  if (value === undefined) return before;
  return before + 4 + (typeof value === "string" ? Buffer.byteLength(value) : 8);
}

/** The same of a mark. */
export function markSize(at: Mark): number {
  return frameBytes + 1 + Buffer.byteLength(toMarkJson(at));
}

export function encodeRecord({ key, value }: PackRecord, crc: number): Encoded {
  const frame = Buffer.allocUnsafe(frameSize({ key, value }));
  if (value === undefined) {
    frame.writeUInt8(types.delete, frameBytes);
    frame.write(key, frameBytes + 1);
  } else {
    frame.writeUInt8(typeof value === "string" ? types.put : types.bytes, frameBytes);
    const keyBytes = frame.write(key, frameBytes + 5);
    frame.writeUInt32LE(keyBytes, frameBytes + 1);
    const end = frameBytes + 5 + keyBytes;
    if (typeof value === "string") frame.write(value, end);
    else frame.writeUInt32LE(value.crc, frame.writeUInt32LE(value.length, end));
  }
  return sealed(frame, crc);
}

/** Ends a snapshot or a batch. */
export function encodeMark(at: Mark, crc: number): Encoded {
  const json = Buffer.from(toMarkJson(at));
  const frame = Buffer.allocUnsafe(frameBytes + 1 + json.length);
  frame.writeUInt8(types.mark, frameBytes);
  json.copy(frame, frameBytes + 1);
  return sealed(frame, crc);
}

function toMarkJson({ resourceVersion, observedAtMs }: Mark): string {
  return JSON.stringify({ resourceVersion, observedAtMs });
}

function sealed(frame: Buffer, before: number): Encoded {
  const crc = crc32(frame.subarray(frameBytes), before);
  frame.writeUInt32LE(frame.length - frameBytes, 0);
  frame.writeUInt32LE(crc, 4);
  return { bytes: frame, crc };
}

/** What the beginning of a file says. */
export interface PackHeader extends PackParts {
  /** Of what the file says it is. */
  readonly id: SnapshotId;
  /** Where its frames begin. */
  readonly end: number;
  readonly crc: number;
}

/** undefined where that is none of our headers, or a damaged one. */
export function decodeHeader(bytes: Buffer): PackHeader | undefined {
  if (bytes.length < headerBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const end = headerBytes + bytes.readUInt32LE(magic.length);
  if (end > bytes.length) return undefined;
  const json = bytes.subarray(headerBytes, end);
  const crc = crc32(json);
  if (crc !== bytes.readUInt32LE(magic.length + 4)) return undefined;
  const { clusterUid, resource, framesBytes, blobsBytes } = (parseJson(json.toString()) ?? {}) as Partial<
    SnapshotId & PackParts
  >;
  if (typeof clusterUid !== "string" || typeof resource !== "string") return undefined;
  if (!isSize(framesBytes) || !isSize(blobsBytes)) return undefined;
  return { id: { clusterUid, resource }, framesBytes, blobsBytes, end, crc };
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The longest header there can be: uid and resource are path names. */
export const maxHeaderBytes = 4_096;

/** What came out of reading a pack. */
export type DecodedPack =
  | {
      readonly state: "whole";
      readonly at: Mark;
      readonly objects: ReadonlyMap<string, string>;
      /** Where the bytes lie, which have not been read. */
      readonly blobs: ReadonlyMap<string, BlobPlace>;
      /** Bytes up to the last mark; what comes behind is to be cut off. */
      readonly size: number;
      readonly crc: number;
    }
  /** Nothing in it may be served; `reason` is for the log. */
  | { readonly state: "damaged"; readonly reason: string };

/** Reads a pack up to the last mark before the first frame that is torn or damaged, and no bytes. Never throws because of content. */
export async function decodePack(source: Pick<DiskSource, "size" | "read">, id: SnapshotId): Promise<DecodedPack> {
  const header = decodeHeader(await source.read(0, Math.min(source.size, maxHeaderBytes)));
  if (header === undefined) return { state: "damaged", reason: source.size === 0 ? "empty" : "no header of ours" };
  if (header.id.clusterUid !== id.clusterUid || header.id.resource !== id.resource) {
    return { state: "damaged", reason: "of another cluster or resource" };
  }
  const blobsFrom = header.end + header.framesBytes;
  const blobsEnd = blobsFrom + header.blobsBytes;
  if (blobsEnd > source.size) return { state: "damaged", reason: "the snapshot is not whole" };
  const reading = new PackReading(header, blobsFrom);
  await reading.take(await source.read(header.end, blobsFrom), header.end);
  if (reading.end !== blobsFrom || reading.blobsEnd !== blobsEnd)
    return { state: "damaged", reason: "the snapshot is not whole" };
  reading.passBlobs(blobsEnd);
  await reading.take(await source.read(blobsEnd, source.size), blobsEnd);
  return reading.result() ?? { state: "damaged", reason: "the snapshot is not whole" };
}

/** What the frames so far have come to. */
class PackReading {
  readonly #objects = new Map<string, string>();
  readonly #blobs = new Map<string, BlobPlace>();
  #batch: PackRecord[] = [];
  #whole: { readonly at: Mark; readonly size: number; readonly crc: number } | undefined;
  #crc: number;
  /** Where in the file the frames read so far end. */
  end: number;
  /** Where the bytes end that the frames read so far tell of. */
  blobsEnd: number;

  constructor({ crc, end }: PackHeader, blobsFrom: number) {
    this.#crc = crc;
    this.end = end;
    this.blobsEnd = blobsFrom;
  }

  /** Frames that lie one behind the other from `from` on in the file, as far as they are good. */
  async take(bytes: Buffer, from: number): Promise<void> {
    let pauseAt = chunkBytes;
    let offset = 0;
    for (;;) {
      const frame = nextFrame(bytes, offset, this.#crc);
      if (frame === undefined) return;
      offset = frame.end;
      this.#crc = frame.crc;
      this.end = from + offset;
      if ("mark" in frame) this.#endBatch(frame.mark);
      else this.#batch.push(frame.record);
      if (offset <= pauseAt) continue;
      pauseAt = offset + chunkBytes;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Behind the snapshot's frames lie its bytes: they belong to it. */
  passBlobs(end: number): void {
    this.end = end;
    if (this.#whole !== undefined) this.#whole = { ...this.#whole, size: end };
  }

  result(): DecodedPack | undefined {
    if (this.#whole === undefined) return undefined;
    return { state: "whole", ...this.#whole, objects: this.#objects, blobs: this.#blobs };
  }

  #endBatch(at: Mark): void {
    for (const { key, value } of this.#batch) {
      if (value === undefined) this.#objects.delete(key);
      else if (typeof value === "string") this.#objects.set(key, value);
      else {
        this.#blobs.set(key, { ...value, from: this.blobsEnd });
        this.blobsEnd += value.length;
      }
    }
    this.#batch = [];
    this.#whole = { at, size: this.end, crc: this.#crc };
  }
}

type Frame = { readonly end: number; readonly crc: number } & (
  { readonly record: PackRecord } | { readonly mark: Mark }
);

function nextFrame(bytes: Buffer, offset: number, before: number): Frame | undefined {
  const start = offset + frameBytes;
  if (start > bytes.length) return undefined;
  const end = start + bytes.readUInt32LE(offset);
  if (end > bytes.length || end === start) return undefined;
  const payload = bytes.subarray(start, end);
  const crc = crc32(payload, before);
  if (crc !== bytes.readUInt32LE(offset + 4)) return undefined;
  // From here on the bytes are those that were written.
  switch (payload[0]) {
    case types.mark: {
      const mark = parseJson(payload.toString("utf8", 1)) as Mark | undefined;
      return typeof mark?.resourceVersion === "string" && typeof mark.observedAtMs === "number"
        ? { end, crc, mark }
        : undefined;
    }
    case types.delete:
      return { end, crc, record: { key: payload.toString("utf8", 1), value: undefined } };
    case types.put: {
      const valueStart = 5 + payload.readUInt32LE(1);
      const key = payload.toString("utf8", 5, valueStart);
      return { end, crc, record: { key, value: payload.toString("utf8", valueStart) } };
    }
    case types.bytes: {
      const valueStart = 5 + payload.readUInt32LE(1);
      const value = { length: payload.readUInt32LE(valueStart), crc: payload.readUInt32LE(valueStart + 4) };
      return { end, crc, record: { key: payload.toString("utf8", 5, valueStart), value } };
    }
    default:
      // Of a later version of this format: as far as we can read.
      return undefined;
  }
}

/** A checksum is no signature: what passes it may still be anything. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
