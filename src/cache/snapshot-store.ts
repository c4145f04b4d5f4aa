/** One record as it lies on disk. `value` is undefined for a deletion. */
export interface SnapshotRecord {
  /** "namespace/name" or "name". */
  readonly key: string;
  readonly value: string | undefined;
}

/** Everything of one cluster uid and resource. */
export interface StoredSnapshot {
  /** Version to watch from; "" where the log was cut before the first. */
  readonly resourceVersion: string;
  /** Last proof of being in step when it was written. ms since the epoch. */
  readonly observedAtMs: number;
  /** Key to the text of a record: of an object, or of many (stored-key.ts). */
  readonly objects: ReadonlyMap<string, string>;
  /** Records of bytes, which nobody changes. They come with a snapshot as a whole and stay until the next one. */
  readonly bytes?: ReadonlyMap<string, Buffer>;
}

/** Bytes of a snapshot that nobody has read yet, and that may be damaged. */
export interface StoredBytes {
  readonly length: number;
  /** Rejects where they are damaged or the disk fails. */
  read(): Promise<Buffer>;
  /** The same at once: all else waits for the disk meanwhile. Throws likewise. */
  readNow(): Buffer;
}

/**
 * A snapshot whose texts are read and checked, and whose bytes are read when asked for: they stay there, whatever becomes of what lies on disk. Where
 * bytes turn out to be damaged, the whole is set aside as if `load` had found it: the caller is to trust none of it any more.
 */
export interface LoadedSnapshot extends Omit<StoredSnapshot, "bytes"> {
  readonly bytes: ReadonlyMap<string, StoredBytes>;
  /** To be called by whoever has loaded it: nothing is read after it. Never rejects; a second time does nothing. */
  close(): Promise<void>;
}

export interface SnapshotId {
  /** uid of the cluster's kube-system namespace: another cluster under the same name never meets these bytes. */
  readonly clusterUid: string;
  /** "pods", "deployments.apps". */
  readonly resource: string;
}

/**
 * Keeps caches over restarts. A cache, not a record: losing it loses nothing, and what is damaged is set aside, said once and never served.
 * Methods of one id are called one after another; of several ids, side by side. All reject with an Error whose message names path and cause
 * where the disk is full, read-only or gone; the caller goes on without.
 */
export interface SnapshotStore {
  /** The newest complete state; undefined where there is none or it was damaged beyond the first record. */
  load(id: SnapshotId): Promise<LoadedSnapshot | undefined>;
  /**
   * Adds what changed; after `kill -9` either all of it or a prefix of whole records is there. Once `append`, `compact` or `load` has rejected, or
   * damage was found, appends of that id reject until a `compact` succeeds: a later version without the lost changes would be a lie.
   */
  append(
    id: SnapshotId,
    records: readonly SnapshotRecord[],
    at: { readonly resourceVersion: string; readonly observedAtMs: number },
  ): Promise<void>;
  /** Replaces all by `snapshot`, atomically: a crash leaves the old or the new. */
  compact(id: SnapshotId, snapshot: StoredSnapshot): Promise<void>;
  /** Forgets it. */
  remove(id: SnapshotId): Promise<void>;
  /** Resources held of a cluster uid. */
  list(clusterUid: string): Promise<readonly string[]>;
}
