import { crc32 } from "node:zlib";
import type { SnapshotId, StoredSnapshot } from "../snapshot-store.ts";

/*
 * A pack: header, then frames.
 *   header   magic (8 bytes), length, crc32, JSON {clusterUid, resource}
 *   frame    length of the payload, crc32 of the payload, payload
 *   payload  type (1 byte): "P" length of the key (4 bytes), key, value; "B" the same, of bytes; "D" key; "M" JSON {resourceVersion, observedAtMs}
 * Numbers are 32 bits, little-endian. Each checksum continues the one before it, so that a frame is good only behind the very bytes it was
 * written behind: neither a lost block nor a second writer can pass for a good file. The first "M" ends the snapshot, each later one a batch;
 * what has no "M" behind it does not count. So every state that can be read is one that was whole when it was written.
 */
const magic = Buffer.from("FGPACK2\n");
const headerBytes = magic.length + 8;
const frameBytes = 8;
const types = { put: 0x50, bytes: 0x42, delete: 0x44, mark: 0x4d } as const;

/** A record as it lies in a pack. */
export interface PackRecord {
  readonly key: string;
  /** undefined for a deletion. */
  readonly value: string | Buffer | undefined;
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

export function encodeHeader({ clusterUid, resource }: SnapshotId): Encoded {
  const json = Buffer.from(JSON.stringify({ clusterUid, resource }));
  const bytes = Buffer.alloc(headerBytes + json.length);
  const crc = crc32(json);
  magic.copy(bytes);
  bytes.writeUInt32LE(json.length, magic.length);
  bytes.writeUInt32LE(crc, magic.length + 4);
  json.copy(bytes, headerBytes);
  return { bytes, crc };
}

/** How many bytes a record takes: what is dead once a later one has its key. */
export function frameSize({ key, value }: PackRecord): number {
  const keyBytes = Buffer.byteLength(key);
  return (
    frameBytes +
    1 +
    keyBytes +
    (value === undefined ? 0 : 4 + (typeof value === "string" ? Buffer.byteLength(value) : value.length))
  );
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
    if (typeof value === "string") frame.write(value, frameBytes + 5 + keyBytes);
    else value.copy(frame, frameBytes + 5 + keyBytes);
  }
  return sealed(frame, crc);
}

/** Ends a snapshot or a batch. */
export function encodeMark(at: Mark, crc: number): Encoded {
  const { resourceVersion, observedAtMs } = at;
  const json = Buffer.from(JSON.stringify({ resourceVersion, observedAtMs }));
  const frame = Buffer.allocUnsafe(frameBytes + 1 + json.length);
  frame.writeUInt8(types.mark, frameBytes);
  json.copy(frame, frameBytes + 1);
  return sealed(frame, crc);
}

function sealed(frame: Buffer, before: number): Encoded {
  const crc = crc32(frame.subarray(frameBytes), before);
  frame.writeUInt32LE(frame.length - frameBytes, 0);
  frame.writeUInt32LE(crc, 4);
  return { bytes: frame, crc };
}

/** The id a file says it is of, and where its frames begin; undefined where that is none of our headers, or a damaged one. */
export function decodeHeader(
  bytes: Buffer,
): { readonly id: SnapshotId; readonly end: number; readonly crc: number } | undefined {
  if (bytes.length < headerBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const end = headerBytes + bytes.readUInt32LE(magic.length);
  if (end > bytes.length) return undefined;
  const json = bytes.subarray(headerBytes, end);
  const crc = crc32(json);
  if (crc !== bytes.readUInt32LE(magic.length + 4)) return undefined;
  const id = parseJson(json.toString()) as SnapshotId | undefined;
  return typeof id?.clusterUid === "string" && typeof id.resource === "string" ? { id, end, crc } : undefined;
}

/** The longest header there can be: uid and resource are path names. */
export const maxHeaderBytes = 4_096;

/** What came out of reading a pack. */
export type DecodedPack =
  | {
      readonly state: "whole";
      readonly snapshot: StoredSnapshot;
      /** Bytes up to the last mark; what comes behind is to be cut off. */
      readonly size: number;
      readonly crc: number;
    }
  /** Nothing in it may be served; `reason` is for the log. */
  | { readonly state: "damaged"; readonly reason: string };

/** Reads a pack up to the last mark before the first frame that is torn or damaged. Never throws because of content. */
export async function decodePack(bytes: Buffer, id: SnapshotId): Promise<DecodedPack> {
  const header = decodeHeader(bytes);
  if (header === undefined) return { state: "damaged", reason: bytes.length === 0 ? "empty" : "no header of ours" };
  if (header.id.clusterUid !== id.clusterUid || header.id.resource !== id.resource) {
    return { state: "damaged", reason: "of another cluster or resource" };
  }
  const objects = new Map<string, string>();
  const blobs = new Map<string, Buffer>();
  let batch: PackRecord[] = [];
  let whole: { readonly at: Mark; readonly size: number; readonly crc: number } | undefined;
  let { end: offset, crc } = header;
  let pauseAt = chunkBytes;
  for (;;) {
    const frame = nextFrame(bytes, offset, crc);
    if (frame === undefined) break;
    ({ end: offset, crc } = frame);
    if ("mark" in frame) {
      for (const { key, value } of batch) {
        if (value === undefined) objects.delete(key);
        else if (typeof value === "string") objects.set(key, value);
        else blobs.set(key, value);
      }
      batch = [];
      whole = { at: frame.mark, size: offset, crc };
    } else {
      batch.push(frame.record);
    }
    if (offset > pauseAt) {
      pauseAt = offset + chunkBytes;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  if (whole === undefined) return { state: "damaged", reason: "the snapshot is not whole" };
  return {
    state: "whole",
    snapshot: { ...whole.at, objects, ...(blobs.size > 0 ? { bytes: blobs } : {}) },
    size: whole.size,
    crc: whole.crc,
  };
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
    case types.put:
    case types.bytes: {
      const valueStart = 5 + payload.readUInt32LE(1);
      const key = payload.toString("utf8", 5, valueStart);
      // Bytes stay a part of what was read.
      const value = payload[0] === types.put ? payload.toString("utf8", valueStart) : payload.subarray(valueStart);
      return { end, crc, record: { key, value } };
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
