import { createEnum } from "./create-enum.ts";

export const ObjectSource = createEnum("ObjectSource", "How an object was obtained.", {
  LIVE: "Read through to the API server for this request.",
  CACHE: "From the store, whose watch is connected.",
  DISK: "Loaded from disk, not yet confirmed by the cluster.",
});
export type ObjectSource = keyof typeof ObjectSource;
