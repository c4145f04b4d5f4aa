import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import { ensureObject, isJsonObject, valueAt } from "../json-value.ts";

/** Node: its status comes with it, and allocatable is the capacity where nothing else is said. */
export const nodeBehaviour: KindBehaviour = {
  selectable: { "spec.unschedulable": (object) => String(valueAt(object, "spec", "unschedulable") ?? false) },
  keepsStatusOnCreate: true,
  setDefaults(draft) {
    ensureObject(draft, "spec");
    const status = ensureObject(draft, "status");
    if (isJsonObject(status["capacity"]) && status["allocatable"] === undefined)
      status["allocatable"] = { ...status["capacity"] };
  },
};
