import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import type { SnapshotId, SnapshotRecord, StoredSnapshot } from "../snapshot-store.ts";
import { isMissing } from "./disk.ts";
import type { Disk, DiskFile, DiskSource } from "./disk.ts";
import { chunkBytes, decodePack, encodeHeader, encodeMark, encodeRecord, frameSize, markSize } from "./pack-format.ts";
import type { DecodedPack, Mark, PackParts, PackRecord } from "./pack-format.ts";

/**
 * One pack file. Methods are called one after another, all but `sync`, which may run beside them. After a rejected write nothing is appended until a
 * `replace` succeeds: a later version without the changes that were lost would be a lie.
 */
export class Pack {
  readonly path: string;
  readonly #disk: Disk;
  readonly #id: SnapshotId;
  /** `new`: nobody has looked; `open`: `#file` ends at `size`; `behind`: only a replacement helps. */
  #state:
    | { readonly type: "new" }
    | { readonly type: "open"; readonly file: DiskFile; readonly size: number; readonly crc: number }
    | { readonly type: "behind" } = { type: "new" };
  #unsynced = false;
  #generation = 0;

  constructor(disk: Disk, path: string, id: SnapshotId) {
    this.#disk = disk;
    this.path = path;
    this.#id = id;
  }

  /** Whether there are appended bytes that `sync` has not brought to the medium. */
  get unsynced(): boolean {
    return this.#unsynced;
  }

  /** Another number once another file lies there, or none. */
  get generation(): number {
    return this.#generation;
  }

  /** What lies there, and the file it was read from, to be closed by the caller; undefined where nothing does. */
  async read(): Promise<{ readonly found: DecodedPack; readonly source: DiskSource } | undefined> {
    let source: DiskSource;
    try {
      source = await this.#disk.openSource(this.path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    try {
      return { found: await decodePack(source, this.#id), source };
    } catch (error) {
      await source.close().catch(() => {});
      throw error;
    }
  }

  /** Something is lost: appends reject from now on until a `replace` succeeds. */
  async giveUp(): Promise<void> {
    const state = this.#state;
    this.#state = { type: "behind" };
    this.#unsynced = false;
    if (state.type === "open") await state.file.close();
  }

  /** Adds a batch. `onDamage` is told where the file that lies there is none that can be gone on with. */
  async append(
    records: readonly SnapshotRecord[],
    at: Mark,
    onDamage: (reason: string) => Promise<void>,
  ): Promise<void> {
    if (this.#state.type === "new") await this.#open(onDamage);
    const state = this.#state;
    if (state.type !== "open") throw new Error("changes before this one are lost: compact first");
    try {
      let { crc, size } = state;
      for (const bytes of encodeAll(records, at, crc)) {
        await state.file.append(bytes.chunk);
        ({ crc } = bytes);
        size += bytes.chunk.length;
      }
      this.#state = { ...state, size, crc };
      this.#unsynced = true;
    } catch (error) {
      // Best effort: what is torn is not read anyway.
      await state.file.truncate(state.size).catch(() => {});
      await this.giveUp().catch(() => {});
      throw error;
    }
  }

  /** Puts a snapshot in the place of all, durably: the old file stays until the new one is on the medium. */
  async replace(snapshot: StoredSnapshot): Promise<void> {
    const temporary = `${this.path}.tmp`;
    await this.giveUp().catch(() => {});
    await this.#disk.makeFolder(dirname(this.path));
    const file = await this.#disk.open(temporary, "replace");
    try {
      const parts = partsOf(snapshot);
      const header = encodeHeader(this.#id, parts);
      await file.append(header.bytes);
      let { crc } = header;
      const size = header.bytes.length + parts.framesBytes + parts.blobsBytes;
      for (const bytes of encodeAll(toRecords(snapshot), snapshot, crc)) {
        await file.append(bytes.chunk);
        ({ crc } = bytes);
      }
      for (const bytes of snapshot.bytes?.values() ?? []) await file.append(bytes);
      await file.sync();
      await this.#disk.rename(temporary, this.path);
      await this.#disk.syncFolder(dirname(this.path));
      this.#state = { type: "open", file, size, crc };
      this.#generation++;
    } catch (error) {
      await file.close().catch(() => {});
      await this.#disk.remove(temporary).catch(() => {});
      throw error;
    }
  }

  /** Brings what was appended to the medium. */
  async sync(): Promise<void> {
    const state = this.#state;
    if (!this.#unsynced || state.type !== "open") return;
    this.#unsynced = false;
    try {
      await state.file.sync();
    } catch (error) {
      // Replaced or closed meanwhile: nobody needs it any more.
      if (this.#state.type !== "open" || this.#state.file !== state.file) return;
      // What the system has dropped after a failed fsync, nobody knows.
      await this.giveUp().catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { type: "new" };
    this.#generation++;
    if (state.type === "open") await state.file.close();
  }

  async #open(onDamage: (reason: string) => Promise<void>): Promise<void> {
    const read = await this.read();
    if (read === undefined) return this.replace({ resourceVersion: "", observedAtMs: 0, objects: new Map() });
    const { found, source } = read;
    await source.close();
    if (found.state === "damaged") {
      this.#state = { type: "behind" };
      return onDamage(found.reason);
    }
    const file = await this.#disk.open(this.path, "append");
    try {
      await file.truncate(found.size);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
    this.#state = { type: "open", file, size: found.size, crc: found.crc };
  }
}

function* toRecords({ objects, bytes = new Map() }: StoredSnapshot): Generator<PackRecord> {
  for (const [key, value] of objects) yield { key, value };
  for (const [key, value] of bytes) yield { key, value: { length: value.length, crc: crc32(value) } };
}

/** The frames of records and the mark behind them, in chunks. */
function* encodeAll(
  records: Iterable<PackRecord>,
  at: Mark,
  before: number,
): Generator<{ readonly chunk: Buffer; readonly crc: number }> {
  let crc = before;
  let frames: Buffer[] = [];
  let bytes = 0;
  for (const record of records) {
    const frame = encodeRecord(record, crc);
    ({ crc } = frame);
    frames.push(frame.bytes);
    bytes += frame.bytes.length;
    if (bytes < chunkBytes) continue;
    yield { chunk: Buffer.concat(frames), crc };
    frames = [];
    bytes = 0;
  }
  const mark = encodeMark(at, crc);
  yield { chunk: Buffer.concat([...frames, mark.bytes]), crc: mark.crc };
}

/** How long the parts of a file of this snapshot are. */
function partsOf(snapshot: StoredSnapshot): PackParts {
  const { objects, bytes = new Map<string, Buffer>() } = snapshot;
  let framesBytes = markSize(snapshot);
  let blobsBytes = 0;
  for (const [key, value] of objects) framesBytes += frameSize({ key, value });
  for (const [key, { length }] of bytes) {
    framesBytes += frameSize({ key, value: { length, crc: 0 } });
    blobsBytes += length;
  }
  return { framesBytes, blobsBytes };
}

/** Bytes that a file of what was read would have, about. */
export function sizeOf({ at, objects, blobs }: Extract<DecodedPack, { readonly state: "whole" }>): number {
  let size = markSize(at);
  for (const [key, value] of objects) size += frameSize({ key, value });
  for (const [key, value] of blobs) size += frameSize({ key, value }) + value.length;
  return size;
}
