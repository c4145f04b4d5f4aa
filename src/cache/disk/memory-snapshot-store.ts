import type { SnapshotId, SnapshotRecord, SnapshotStore, StoredSnapshot } from "../snapshot-store.ts";

/** Keeps snapshots as long as the process lives: where no folder can be written, and for tests that "restart" on it. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #held = new Map<string, Map<string, StoredSnapshot>>();

  async load({ clusterUid, resource }: SnapshotId): Promise<StoredSnapshot | undefined> {
    return this.#held.get(clusterUid)?.get(resource);
  }

  async append(id: SnapshotId, records: readonly SnapshotRecord[], at: Omit<StoredSnapshot, "objects">): Promise<void> {
    const objects = new Map((await this.load(id))?.objects);
    for (const { key, value } of records) {
      if (value === undefined) objects.delete(key);
      else objects.set(key, value);
    }
    await this.compact(id, { ...at, objects });
  }

  async compact(
    { clusterUid, resource }: SnapshotId,
    { resourceVersion, observedAtMs, objects }: StoredSnapshot,
  ): Promise<void> {
    const ofCluster = this.#held.get(clusterUid) ?? new Map<string, StoredSnapshot>();
    this.#held.set(clusterUid, ofCluster.set(resource, { resourceVersion, observedAtMs, objects: new Map(objects) }));
  }

  async remove({ clusterUid, resource }: SnapshotId): Promise<void> {
    this.#held.get(clusterUid)?.delete(resource);
  }

  async list(clusterUid: string): Promise<readonly string[]> {
    return [...(this.#held.get(clusterUid)?.keys() ?? [])].toSorted();
  }
}
