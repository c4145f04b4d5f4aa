import { createEnum } from "./create-enum.ts";

export const ChangeReason = createEnum("ChangeReason", "Why an object came or went.", {
  CHANGED: "The object itself was created, changed or deleted.",
  ENTERED_FILTER: "It, or a related object, changed so that it now matches.",
  LEFT_FILTER: "It no longer matches; it still exists.",
  GAINED_ACCESS: "The caller may see it since now.",
  LOST_ACCESS: "The caller may not see it any more.",
  SYNTHESISED: "Found by a relist: the moment of change is not known.",
});
export type ChangeReason = keyof typeof ChangeReason;
