import { MemorySnapshotStore } from "../../../src/cache/disk/memory-snapshot-store.ts";
import { snapshotStoreSuite } from "../../contract/snapshot-store-suite.ts";

snapshotStoreSuite(
  "memory",
  async () => {
    const store = new MemorySnapshotStore();
    return { open: () => store, close: async () => {}, dispose: async () => {} };
  },
  { files: false, faults: false },
);
