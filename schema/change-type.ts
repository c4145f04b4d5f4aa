import { createEnum } from "./create-enum.ts";

export const ChangeType = createEnum("ChangeType", "What a message of a stream is.", {
  ADDED: "One object that was not in the selection.",
  MODIFIED: "One object that stays in the selection.",
  DELETED: "One object that left the selection, as last seen by the caller; reason says how.",
  SNAPSHOT: "Up to 500 objects of the selection as it stands.",
  SYNCED: "The snapshot or the replay is complete; sent also where there was none.",
  RESYNC:
    "The cursor cannot be replayed: a whole snapshot follows; after SYNCED drop what it did not repeat. Where the stream breaks off before SYNCED, drop what the unfinished snapshot brought.",
  CLUSTER_STATE: "No object: a read state changed.",
});
export type ChangeType = keyof typeof ChangeType;
