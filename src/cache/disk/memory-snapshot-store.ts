import { toHeldBytes } from "../held-bytes.ts";
import type { LoadedSnapshot, SnapshotId, SnapshotRecord, SnapshotStore, StoredSnapshot } from "../snapshot-store.ts";

/** Keeps snapshots as long as the process lives: where no folder can be written, and for tests that "restart" on it. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #held = new Map<string, Map<string, StoredSnapshot>>();

  async load(id: SnapshotId): Promise<LoadedSnapshot | undefined> {
    const held = this.#find(id);
    if (held === undefined) return undefined;
    const bytes = new Map([...(held.bytes ?? [])].map(([key, value]) => [key, toHeldBytes(value)]));
    return { ...held, bytes, close: async () => {} };
  }

  async append(
    id: SnapshotId,
    records: readonly SnapshotRecord[],
    at: Omit<StoredSnapshot, "objects" | "bytes">,
  ): Promise<void> {
    const before = this.#find(id);
    const objects = new Map(before?.objects);
    for (const { key, value } of records) {
      if (value === undefined) objects.delete(key);
      else objects.set(key, value);
    }
    await this.compact(id, { ...before, ...at, objects });
  }

  async compact(
    { clusterUid, resource }: SnapshotId,
    { resourceVersion, observedAtMs, objects, bytes }: StoredSnapshot,
  ): Promise<void> {
    const ofCluster = this.#held.get(clusterUid) ?? new Map<string, StoredSnapshot>();
    const copy = { resourceVersion, observedAtMs, objects: new Map(objects) };
    this.#held.set(
      clusterUid,
      ofCluster.set(resource, bytes === undefined ? copy : { ...copy, bytes: new Map(bytes) }),
    );
  }

  async remove({ clusterUid, resource }: SnapshotId): Promise<void> {
    this.#held.get(clusterUid)?.delete(resource);
  }

  async list(clusterUid: string): Promise<readonly string[]> {
    return [...(this.#held.get(clusterUid)?.keys() ?? [])].toSorted();
  }

  #find({ clusterUid, resource }: SnapshotId): StoredSnapshot | undefined {
    return this.#held.get(clusterUid)?.get(resource);
  }
}
