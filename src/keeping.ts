import type { SnapshotStore } from "./cache/snapshot-store.ts";
import type { PinnedIdentities } from "./cluster/pinned-identities.ts";
import type { ClusterConfig } from "./config/config.ts";
import type { EmbeddedFleet } from "./embedded-fleet.ts";

/** Embedded clusters are other ones after a restart: nothing of them is kept on disk. These wrap what keeps the others. */
export interface Keeping {
  snapshots(store: SnapshotStore): SnapshotStore;
  pins(identities: PinnedIdentities, clusters: readonly ClusterConfig[]): PinnedIdentities;
}

export function createKeeping(embedded: Pick<EmbeddedFleet, "get" | "hasUid">): Keeping {
  return {
    snapshots: (store) => ({
      load: async (id) => (embedded.hasUid(id.clusterUid) ? undefined : store.load(id)),
      append: async (id, records, at) => (embedded.hasUid(id.clusterUid) ? undefined : store.append(id, records, at)),
      compact: async (id, snapshot) => (embedded.hasUid(id.clusterUid) ? undefined : store.compact(id, snapshot)),
      remove: async (id) => (embedded.hasUid(id.clusterUid) ? undefined : store.remove(id)),
      list: async (clusterUid) => (embedded.hasUid(clusterUid) ? [] : store.list(clusterUid)),
    }),
    pins: (identities, clusters) => {
      const isEmbedded = (name: string): boolean =>
        embedded.get(name) !== undefined || clusters.some((one) => one.name === name && one.source.type === "embedded");
      const others = (uids: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
        Object.fromEntries(Object.entries(uids).filter(([name]) => !isEmbedded(name)));
      return { load: async () => others(await identities.load()), save: (uids) => identities.save(others(uids)) };
    },
  };
}
