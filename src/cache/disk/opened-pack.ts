import { crc32 } from "node:zlib";
import type { LoadedSnapshot, StoredBytes } from "../snapshot-store.ts";
import type { DiskSource } from "./disk.ts";
import type { BlobPlace, DecodedPack } from "./pack-format.ts";

export interface OpenedPackOptions {
  readonly found: Extract<DecodedPack, { readonly state: "whole" }>;
  /** What it was read from. */
  readonly source: DiskSource;
  /** Told, each time, when bytes turned out not to be those that were written. */
  readonly onDamage: () => void;
  readonly onClosed: () => void;
}

/** A snapshot as it was read from a pack, whose file stays open as long as bytes may be asked for. */
export class OpenedPack implements LoadedSnapshot {
  readonly resourceVersion: string;
  readonly observedAtMs: number;
  readonly objects: ReadonlyMap<string, string>;
  readonly bytes: ReadonlyMap<string, StoredBytes>;
  readonly #source: DiskSource;
  readonly #onClosed: () => void;
  #closing: Promise<void> | undefined;

  constructor({ found, source, onDamage, onClosed }: OpenedPackOptions) {
    const { at, objects, blobs } = found;
    this.resourceVersion = at.resourceVersion;
    this.observedAtMs = at.observedAtMs;
    this.objects = objects;
    this.bytes = new Map([...blobs].map(([key, place]) => [key, new PackedBytes(source, place, onDamage)]));
    this.#source = source;
    this.#onClosed = onClosed;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#source.close().catch(() => {});
    this.#onClosed();
  }
}

class PackedBytes implements StoredBytes {
  readonly #source: DiskSource;
  readonly #place: BlobPlace;
  readonly #onDamage: () => void;

  constructor(source: DiskSource, place: BlobPlace, onDamage: () => void) {
    this.#source = source;
    this.#place = place;
    this.#onDamage = onDamage;
  }

  get length(): number {
    return this.#place.length;
  }

  async read(): Promise<Buffer> {
    const { from, length } = this.#place;
    return this.#checked(await this.#source.read(from, from + length));
  }

  readNow(): Buffer {
    const { from, length } = this.#place;
    return this.#checked(this.#source.readNow(from, from + length));
  }

  #checked(bytes: Buffer): Buffer {
    if (crc32(bytes) === this.#place.crc) return bytes;
    this.#onDamage();
    throw new Error("bytes of a cache file are not those that were written");
  }
}
